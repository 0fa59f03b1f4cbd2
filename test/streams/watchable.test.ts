import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { createWatchable } from '../../src/streams/watchable.ts'

describe('watchable', () => {
  it('calls a watcher with the current value at once, then with each change until it ends the watch', () => {
    const watchable = createWatchable(1)
    const seen: number[] = []
    const unwatch = watchable.watch((value) => seen.push(value))
    watchable.set(2)
    watchable.set(2)
    watchable.set(3)
    unwatch()
    unwatch()
    watchable.set(4)
    expect(seen).toEqual([1, 2, 3])
    expect(watchable.value).toBe(4)
  })

  it('takes its own notion of equality', () => {
    const watchable = createWatchable({ id: 1, seen: 0 }, (a, b) => a.id === b.id)
    const watcher = vi.fn()
    watchable.watch(watcher)
    watchable.set({ id: 1, seen: 9 })
    expect(watcher).toHaveBeenCalledTimes(1)
    watchable.set({ id: 2, seen: 0 })
    expect(watcher).toHaveBeenLastCalledWith({ id: 2, seen: 0 })
  })

  it('ends every watcher on the newest value when one of them sets another', () => {
    const watchable = createWatchable(0)
    const last: number[] = []
    watchable.watch((value) => {
      if (value === 1) watchable.set(2)
    })
    watchable.watch((value) => last.push(value))
    watchable.set(1)
    expect(last).toEqual([0, 2])
  })

  it('tells a watcher of the change that it made itself in its first call', () => {
    const watchable = createWatchable(0)
    const seen: number[] = []
    watchable.watch((value) => {
      seen.push(value)
      if (value === 0) watchable.set(1)
    })
    expect(seen).toEqual([0, 1])
  })

  it('does not call a watcher that another one has just removed', () => {
    const watchable = createWatchable(0)
    const second = vi.fn()
    let unwatchSecond = (): void => {}
    watchable.watch((value) => value === 1 && unwatchSecond())
    unwatchSecond = watchable.watch(second)
    watchable.set(1)
    expect(second).toHaveBeenCalledTimes(1)
  })

  it("keeps a watcher's error from anyone who sets the value and from other watchers", async () => {
    const watchable = createWatchable(0)
    const other = vi.fn()
    const uncaught = new Promise((resolve) => {
      const handlers = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', (error) => {
        for (const handler of handlers) process.on('uncaughtException', handler)
        resolve(error)
      })
    })
    watchable.watch((value) => {
      if (value === 1) throw new Error('watcher broke')
    })
    watchable.watch(other)
    watchable.set(1)
    expect(other).toHaveBeenLastCalledWith(1)
    expect(await uncaught).toMatchObject({ message: 'watcher broke' })
  })

  it('iterates from the current value on, the latest only for a slow consumer', async () => {
    const watchable = createWatchable('a')
    const iterator = watchable.values()[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toBe('a')
    watchable.set('b')
    watchable.set('c')
    expect((await iterator.next()).value).toBe('c')
    const parked = iterator.next()
    watchable.set('d')
    expect((await parked).value).toBe('d')
  })

  it('delivers the last value before it completes, to late comers too', async () => {
    const watchable = createWatchable(1)
    const early = watchable.values()[Symbol.asyncIterator]()
    watchable.set(2)
    watchable.end()
    watchable.set(3)
    for (const iterator of [early, watchable.values()[Symbol.asyncIterator]()]) {
      expect(await iterator.next()).toEqual({ done: false, value: 2 })
      expect(await iterator.next()).toMatchObject({ done: true })
    }
    const watcher = vi.fn()
    watchable.watch(watcher)
    expect(watcher.mock.calls).toEqual([[2]])
  })

  it('rejects iterations with the error it ends with', async () => {
    const watchable = createWatchable(1)
    const iterator = watchable.values()[Symbol.asyncIterator]()
    await iterator.next()
    const parked = iterator.next()
    watchable.end(new Error('gone'))
    watchable.end()
    await expect(parked).rejects.toThrow('gone')
  })

  it('lets each iteration of the same values() stand for itself', async () => {
    const watchable = createWatchable(1)
    const values = watchable.values()
    for (let i = 0; i < 2; i++) {
      for await (const value of values) {
        expect(value).toBe(1)
        break
      }
    }
  })

  it('holds nothing of an iteration that broke off or was aborted, parked or not', async () => {
    const watchable = createWatchable(0)
    const controller = new AbortController()
    const iterator = watchable.values({ signal: controller.signal })[Symbol.asyncIterator]()
    await iterator.next()
    const parked = iterator.next()
    controller.abort(new Error('stop'))
    await expect(parked).rejects.toThrow('stop')
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    watchable.set(1)
    expect(await iterator.next()).toMatchObject({ done: true })
    await expect(watchable.values({ signal: controller.signal })[Symbol.asyncIterator]().next()).rejects.toThrow('stop')
  })
})
