import { afterEach, describe, expect, it, vi } from 'vitest'
import { offsetClock, systemClock } from '../../src/streams/clock.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('system clock', () => {
  it('waits for delays that a platform timer cannot take', () => {
    vi.useFakeTimers()
    const done = vi.fn()
    const days = 60 * 24 * 3600 * 1000
    systemClock.setTimer(done, days)
    vi.advanceTimersByTime(days - 1)
    expect(done).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(done).toHaveBeenCalledTimes(1)
  })

  it('never fires a timer that was cancelled, in a later stretch of it too', () => {
    vi.useFakeTimers()
    const done = vi.fn()
    const days = 60 * 24 * 3600 * 1000
    const cancel = systemClock.setTimer(done, days)
    vi.advanceTimersByTime(days / 2)
    cancel()
    cancel()
    vi.advanceTimersByTime(days)
    expect(done).not.toHaveBeenCalled()
    systemClock.setTimer(done, Number.POSITIVE_INFINITY)()
  })

  it('fires at once for a delay that is past', () => {
    vi.useFakeTimers()
    const done = vi.fn()
    systemClock.setTimer(done, -5)
    vi.advanceTimersByTime(1)
    expect(done).toHaveBeenCalledTimes(1)
  })
})

describe('offset clock', () => {
  it('runs beside its base at a fixed distance, with the same timers', async () => {
    const base = createFakeClock(1000)
    const clock = offsetClock(-400, base)
    const done = vi.fn()
    clock.setTimer(done, 50)
    expect(clock.now()).toBe(600)
    await base.advance(50)
    expect(clock.now()).toBe(650)
    expect(done).toHaveBeenCalledTimes(1)
  })
})
