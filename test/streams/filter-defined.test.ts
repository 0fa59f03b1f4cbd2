import { describe, expect, it } from 'vitest'
import { filterDefined } from '../../src/streams/filter-defined.ts'
import { createQueue, type Queue } from '../../src/streams/queue.ts'

const queueOf = (...values: (number | undefined)[]): Queue<number | undefined> => {
  const queue = createQueue<number | undefined>({ maxQueued: 10, overflow: 'drop-oldest' })
  for (const value of values) queue.push(value)
  return queue
}
const done = { done: true, value: undefined }

describe('defined values', () => {
  it('are the values of the source but for what is undefined', async () => {
    const queue = queueOf(undefined, 0, undefined, 1)
    queue.end()
    const seen: number[] = []
    for await (const value of filterDefined(queue)) seen.push(value)
    expect(seen).toEqual([0, 1])
  })

  it('come to those who wait in the order of asking', async () => {
    const queue = queueOf()
    const iterator = filterDefined(queue)[Symbol.asyncIterator]()
    const waiting = Promise.all([iterator.next(), iterator.next()])
    for (const value of [undefined, 1, undefined, 2]) queue.push(value)
    expect((await waiting).map(({ value }) => value)).toEqual([1, 2])
  })

  it('can be left while they are waited for, which releases the source', async () => {
    const queue = queueOf(undefined)
    const iterator = filterDefined(queue)[Symbol.asyncIterator]()
    const parked = [iterator.next(), iterator.next()]
    await expect(iterator.return!()).resolves.toEqual(done)
    await expect(Promise.all(parked)).resolves.toEqual([done, done])
    expect(queue.done).toBe(true)
  })

  it('release the source on `break`, and fail as it does', async () => {
    const left = queueOf(1, 2)
    for await (const _ of filterDefined(left)) break
    expect(left.done).toBe(true)
    const failed = queueOf(undefined)
    failed.fail(new RangeError('gone'))
    await expect(filterDefined(failed)[Symbol.asyncIterator]().next()).rejects.toThrow('gone')
  })
})
