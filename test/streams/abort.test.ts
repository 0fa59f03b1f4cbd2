import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { deadline, delay, linkSignals, onAbort, raceSignal } from '../../src/streams/abort.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

describe('raceSignal()', () => {
  it('gives what the promise gives, and leaves no listener', async () => {
    const { signal } = new AbortController()
    expect(await raceSignal(Promise.resolve(1), signal)).toBe(1)
    expect(await raceSignal(Promise.resolve(2))).toBe(2)
    await expect(raceSignal(Promise.reject(new Error('own')), signal)).rejects.toThrow('own')
    expect(listeners(signal)).toBe(0)
  })

  it("rejects with the signal's reason at once, and swallows the promise's later rejection", async () => {
    const controller = new AbortController()
    let reject = (_: Error): void => {}
    const promise = new Promise<number>((_, fail) => {
      reject = fail
    })
    const raced = raceSignal(promise, controller.signal)
    const reason = new Error('stop')
    controller.abort(reason)
    await expect(raced).rejects.toBe(reason)
    await expect(raceSignal(promise, controller.signal)).rejects.toBe(reason)
    reject(new Error('late'))
    await new Promise(setImmediate)
  })
})

describe('onAbort()', () => {
  it('calls at once for a signal that has aborted, never for one that was released', () => {
    const callback = vi.fn()
    onAbort(AbortSignal.abort(), callback)
    expect(callback).toHaveBeenCalledTimes(1)
    const controller = new AbortController()
    onAbort(controller.signal, callback)()
    controller.abort()
    expect(callback).toHaveBeenCalledTimes(1)
  })
})

describe('linkSignals()', () => {
  it('aborts with the first of its signals, with that reason, and releases the others', () => {
    const first = new AbortController()
    const second = new AbortController()
    const linked = linkSignals(first.signal, undefined, second.signal)
    second.abort('second')
    expect(linked.signal.reason).toBe('second')
    expect(listeners(first.signal)).toBe(0)
  })

  it('starts aborted when one of its signals is', () => {
    const other = new AbortController()
    const linked = linkSignals(AbortSignal.abort('past'), other.signal)
    expect(linked.signal.reason).toBe('past')
    expect(listeners(other.signal)).toBe(0)
  })

  it('aborts by hand without touching its signals, and stays quiet after dispose()', () => {
    const parent = new AbortController()
    const byHand = linkSignals(parent.signal)
    byHand.abort('mine')
    expect(byHand.signal.reason).toBe('mine')
    expect(parent.signal.aborted).toBe(false)
    const disposed = linkSignals(parent.signal)
    disposed.dispose()
    parent.abort()
    expect(disposed.signal.aborted).toBe(false)
    expect(listeners(parent.signal)).toBe(0)
  })
})

describe('deadline()', () => {
  it('aborts with its own error when time is up, not before', async () => {
    const clock = createFakeClock()
    const parent = new AbortController()
    const limit = deadline({ clock, afterMs: 100, error: () => new Error('late'), signal: parent.signal })
    await clock.advance(99)
    expect(limit.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(limit.signal.reason).toMatchObject({ message: 'late' })
    expect(listeners(parent.signal)).toBe(0)
  })

  it("aborts with its parent's reason, and drops its timer", () => {
    const clock = createFakeClock()
    const parent = new AbortController()
    const limit = deadline({ clock, afterMs: 100, error: () => new Error('late'), signal: parent.signal })
    parent.abort('parent')
    expect(limit.signal.reason).toBe('parent')
    expect(clock.pending).toBe(0)
    expect(deadline({ clock, afterMs: 1, error: Error, signal: parent.signal }).signal.reason).toBe('parent')
    expect(clock.pending).toBe(0)
  })

  it('does nothing more once cancelled', async () => {
    const clock = createFakeClock()
    const parent = new AbortController()
    const limit = deadline({ clock, afterMs: 100, error: () => new Error('late'), signal: parent.signal })
    limit.cancel()
    limit.cancel()
    await clock.advance(1000)
    parent.abort()
    expect(limit.signal.aborted).toBe(false)
    expect(clock.pending).toBe(0)
    expect(listeners(parent.signal)).toBe(0)
  })

  it('never comes where the limit is Infinity', () => {
    const clock = createFakeClock()
    const limit = deadline({ clock, afterMs: Number.POSITIVE_INFINITY, error: Error })
    expect(clock.pending).toBe(0)
    limit.cancel()
  })
})

describe('delay()', () => {
  it('completes after its time by the clock it was given', async () => {
    const clock = createFakeClock()
    const done = vi.fn()
    const waiting = delay(50, { clock }).then(done)
    await clock.advance(49)
    expect(done).not.toHaveBeenCalled()
    await clock.advance(1)
    await waiting
    expect(done).toHaveBeenCalled()
  })

  it("rejects with the signal's reason, at once where it has aborted, and leaves neither timer nor listener", async () => {
    const clock = createFakeClock()
    const controller = new AbortController()
    await Promise.all([
      expect(delay(50, { clock, signal: controller.signal })).rejects.toBe('stop'),
      controller.abort('stop'),
    ])
    await expect(delay(50, { clock, signal: controller.signal })).rejects.toBe('stop')
    expect(clock.pending).toBe(0)
    const { signal } = new AbortController()
    const waiting = delay(50, { clock, signal })
    await clock.advance(50)
    await waiting
    expect(listeners(signal)).toBe(0)
  })
})
