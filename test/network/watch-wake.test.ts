import { afterEach, describe, expect, it, vi } from 'vitest'
import { watchWake } from '../../src/network/watch-wake.ts'
import { watchWake as watchPage } from '../../src/platform/browser/watch-wake.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

describe('waking by the clock', () => {
  it.each([
    ['ahead', 25_000],
    ['back', -60_000],
  ])('is told when the clock jumps %s', async (_, ms) => {
    const clock = createFakeClock(1_000_000)
    const onWake = vi.fn()
    const stop = watchWake({}, clock, onWake)
    await clock.advance(60_000)
    expect(onWake).not.toHaveBeenCalled()
    clock.set(clock.now() + ms)
    await clock.advance(5_000)
    expect(onWake).toHaveBeenCalledTimes(1)
    await clock.advance(60_000)
    expect(onWake).toHaveBeenCalledTimes(1)
    stop()
    expect(clock.pending).toBe(0)
  })
})

describe('waking in a page', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('is told by visibility, resume, the back/forward cache, online and offline, and no more once stopped', () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' })
    const page = new EventTarget()
    vi.stubGlobal('document', document)
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const onWake = vi.fn()
    const stop = watchPage(onWake)
    const told = (target: EventTarget, event: Event): boolean => {
      onWake.mockClear()
      target.dispatchEvent(event)
      return onWake.mock.calls.length === 1
    }
    const pageshow = (persisted: boolean): Event => Object.assign(new Event('pageshow'), { persisted })
    expect(told(document, new Event('visibilitychange'))).toBe(false)
    document.visibilityState = 'visible'
    expect(told(document, new Event('visibilitychange'))).toBe(true)
    expect(told(document, new Event('resume'))).toBe(true)
    expect(told(page, pageshow(false))).toBe(false)
    expect(told(page, pageshow(true))).toBe(true)
    expect(told(page, new Event('online'))).toBe(true)
    expect(told(page, new Event('offline'))).toBe(true)
    stop()
    for (const name of ['visibilitychange', 'resume']) expect(told(document, new Event(name))).toBe(false)
    for (const event of [pageshow(true), new Event('online')]) expect(told(page, event)).toBe(false)
  })
})
