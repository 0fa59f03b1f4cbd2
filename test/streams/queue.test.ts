import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { isLamparaError } from '../../src/errors/index.ts'
import { createQueue, type Overflow, type QueueOptions } from '../../src/streams/queue.ts'

function makeQueue(options: Partial<QueueOptions> = {}) {
  return createQueue<number>({ maxQueued: 3, overflow: 'drop-oldest', ...options })
}

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of iterable) values.push(value)
  return values
}

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

describe('queue', () => {
  it('delivers in order what was pushed before and while the consumer waits, then completes at the end', async () => {
    const queue = makeQueue()
    queue.push(1)
    queue.push(2)
    const collected = collect(queue)
    await Promise.resolve()
    expect(queue.push(3)).toBe(true)
    expect(queue.push(4)).toBe(true)
    queue.end()
    expect(await collected).toEqual([1, 2, 3, 4])
  })

  it('delivers what waits after end() and refuses what is pushed after it', async () => {
    const queue = makeQueue()
    queue.push(1)
    queue.end()
    expect(queue.push(2)).toBe(false)
    expect(queue.done).toBe(true)
    expect(queue.dropped).toBe(0)
    expect(await collect(queue)).toEqual([1])
  })

  it('completes a consumer that is parked when the queue ends', async () => {
    const queue = makeQueue()
    const next = queue[Symbol.asyncIterator]().next()
    queue.end()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('rejects after the waiting values with the error of fail(), once', async () => {
    const queue = makeQueue()
    const iterator = queue[Symbol.asyncIterator]()
    queue.push(1)
    queue.fail(new Error('source broke'))
    expect(await iterator.next()).toEqual({ done: false, value: 1 })
    await expect(iterator.next()).rejects.toThrow('source broke')
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('fails with undefined as well as with an error', async () => {
    const queue = makeQueue()
    queue.fail(undefined)
    await expect(queue[Symbol.asyncIterator]().next()).rejects.toBeUndefined()
  })

  it('drops the oldest value for want of room, and counts it', async () => {
    const queue = makeQueue({ overflow: 'drop-oldest' })
    expect([1, 2, 3, 4, 5].map((value) => queue.push(value))).toEqual([true, true, true, true, true])
    expect(queue.dropped).toBe(2)
    expect(queue.size).toBe(3)
    queue.end()
    expect(await collect(queue)).toEqual([3, 4, 5])
  })

  it('refuses the newest value for want of room, and counts it', async () => {
    const queue = makeQueue({ overflow: 'drop-newest' })
    expect([1, 2, 3, 4, 5].map((value) => queue.push(value))).toEqual([true, true, true, false, false])
    expect(queue.dropped).toBe(2)
    queue.end()
    expect(await collect(queue)).toEqual([1, 2, 3])
  })

  it('holds no more weight than its second bound, but for one value by itself', async () => {
    const options = { maxQueued: 10, maxWeight: 10, weightOf: (value: number) => value } as const
    const oldest = createQueue<number>({ ...options, overflow: 'drop-oldest' })
    const newest = createQueue<number>({ ...options, overflow: 'drop-newest' })
    for (const queue of [oldest, newest]) for (const value of [4, 5, 2, 3, 11]) queue.push(value)
    expect([oldest.size, oldest.dropped, newest.size, newest.dropped]).toEqual([1, 4, 2, 3])
    const values = newest[Symbol.asyncIterator]()
    expect([await values.next(), await values.next()].map(({ value }) => value)).toEqual([4, 5])
    // What was taken weighs nothing any more.
    expect([newest.push(8), newest.push(2), newest.push(1)]).toEqual([true, true, false])
  })

  it('rejects with `queue_overflow` after the waiting values where the policy is to fail', async () => {
    const onRelease = vi.fn()
    const queue = makeQueue({ overflow: 'fail', onRelease })
    for (let value = 1; value <= 4; value++) queue.push(value)
    expect(onRelease).toHaveBeenCalledTimes(1)
    expect(queue.dropped).toBe(1)
    const seen: number[] = []
    await expect(
      (async () => {
        for await (const value of queue) seen.push(value)
      })(),
    ).rejects.toSatisfy((error) => isLamparaError(error, 'queue_overflow'))
    expect(seen).toEqual([1, 2, 3])
  })

  it('releases its source once on break', async () => {
    const onRelease = vi.fn()
    const queue = makeQueue({ onRelease })
    queue.push(1)
    queue.push(2)
    for await (const value of queue) {
      expect(value).toBe(1)
      break
    }
    expect(onRelease).toHaveBeenCalledTimes(1)
    expect(queue.size).toBe(0)
    expect(queue.push(3)).toBe(false)
    queue.end()
    expect(onRelease).toHaveBeenCalledTimes(1)
  })

  it('releases its source once when the consumer throws, and passes the error on', async () => {
    const onRelease = vi.fn()
    const queue = makeQueue({ onRelease })
    queue.push(1)
    await expect(
      (async () => {
        for await (const _ of queue) throw new Error('consumer broke')
      })(),
    ).rejects.toThrow('consumer broke')
    expect(onRelease).toHaveBeenCalledTimes(1)
  })

  it('forgets an error that the consumer left behind with break', async () => {
    const queue = makeQueue()
    queue.push(1)
    queue.fail(new Error('unseen'))
    const iterator = queue[Symbol.asyncIterator]()
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('rejects a parked consumer with the reason of its signal, and releases', async () => {
    const controller = new AbortController()
    const onRelease = vi.fn()
    const queue = makeQueue({ signal: controller.signal, onRelease })
    const next = queue[Symbol.asyncIterator]().next()
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(next).rejects.toBe(reason)
    expect(onRelease).toHaveBeenCalledTimes(1)
    expect(queue.done).toBe(true)
  })

  it('drops what waits on abort, while nobody iterates and after end() too', async () => {
    for (const endFirst of [false, true]) {
      const controller = new AbortController()
      const onRelease = vi.fn()
      const queue = makeQueue({ signal: controller.signal, onRelease })
      queue.push(1)
      if (endFirst) queue.end()
      controller.abort(new Error('stop'))
      await expect(collect(queue)).rejects.toThrow('stop')
      expect(onRelease).toHaveBeenCalledTimes(1)
    }
  })

  it('is over from the start when its signal has aborted, and releases after its maker has it', async () => {
    const onRelease = vi.fn()
    const queue = makeQueue({ signal: AbortSignal.abort(new Error('too late')), onRelease })
    expect(onRelease).not.toHaveBeenCalled()
    expect(queue.push(1)).toBe(false)
    await expect(collect(queue)).rejects.toThrow('too late')
    expect(onRelease).toHaveBeenCalledTimes(1)
  })

  it('leaves no listener on its signal, however it ends', async () => {
    const { signal } = new AbortController()
    const endings: ((queue: ReturnType<typeof makeQueue>) => unknown)[] = [
      (queue) => queue.end(),
      (queue) => queue.fail(new Error('x')),
      (queue) => queue[Symbol.asyncIterator]().return?.(),
      (queue) =>
        queue[Symbol.asyncIterator]()
          .throw?.(new Error('x'))
          .catch(() => {}),
    ]
    for (const finish of endings) {
      const queue = makeQueue({ signal })
      expect(listeners(signal)).toBe(1)
      await finish(queue)
      expect(listeners(signal)).toBe(0)
    }
  })

  it('refuses a second consumer with `invalid_argument`', async () => {
    const queue = makeQueue()
    queue[Symbol.asyncIterator]()
    await expect(collect(queue)).rejects.toSatisfy((error) => isLamparaError(error, 'invalid_argument'))
  })

  it('serves several reads that one consumer has under way, in order', async () => {
    const queue = makeQueue()
    const iterator = queue[Symbol.asyncIterator]()
    const reads = [iterator.next(), iterator.next(), iterator.next()]
    queue.push(1)
    queue.push(2)
    queue.fail(new Error('broken'))
    expect(await Promise.allSettled(reads)).toMatchObject([
      { value: { value: 1 } },
      { value: { value: 2 } },
      { status: 'rejected' },
    ])
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a bound of %s', (maxQueued) => {
    expect(() => makeQueue({ maxQueued })).toThrow('maxQueued')
  })

  it('never holds more than its bound, and loses exactly what it counts, in any order of pushes and reads', async () => {
    const policies: Overflow[] = ['drop-oldest', 'drop-newest']
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...policies),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        async (overflow, maxQueued, steps) => {
          const queue = createQueue<number>({ maxQueued, overflow })
          const iterator = queue[Symbol.asyncIterator]()
          const seen: number[] = []
          let pushed = 0
          for (const isPush of steps) {
            if (isPush) queue.push(pushed++)
            else if (queue.size > 0) seen.push((await iterator.next()).value!)
            expect(queue.size).toBeLessThanOrEqual(maxQueued)
          }
          queue.end()
          for (let next = await iterator.next(); !next.done; next = await iterator.next()) seen.push(next.value)
          expect(seen.length + queue.dropped).toBe(pushed)
          expect(seen).toEqual([...seen].sort((a, b) => a - b))
        },
      ),
    )
  })
})
