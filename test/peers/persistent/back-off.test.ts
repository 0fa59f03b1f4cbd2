import { describe, expect, it } from 'vitest'
import { afterDisconnect, afterFailedAttempt, waitAfter } from '../../../src/peers/persistent/back-off.ts'

const longest = () => 0
const shortest = () => 1

describe('waits before dialing again', () => {
  it('double from 1 s and stop at 30 s, however many attempts failed', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 1_000_000].map((failures) => waitAfter(failures, longest))
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('differ by up to a quarter, so that clients of one bootnode do not come back at once', () => {
    expect(waitAfter(0, shortest)).toBe(750)
    expect(waitAfter(9, shortest)).toBe(22_500)
  })

  it('count attempts in a row', () => {
    expect(afterFailedAttempt('peer', 3, false, longest)).toEqual({ waitMs: 8_000, failures: 4 })
  })

  it('are long at once for a peer of another network, 30 s for such a bootnode', () => {
    expect(afterFailedAttempt('peer', 0, true, longest).waitMs).toBe(600_000)
    expect(afterFailedAttempt('bootnode', 0, true, longest).waitMs).toBe(30_000)
  })

  it('are none after a connection that had held, which starts afresh', () => {
    expect(afterDisconnect('bootnode', 7, { readyMs: 10_000 }, longest)).toEqual({ waitMs: 0, failures: 0 })
  })

  it('grow when connections keep breaking', () => {
    const first = afterDisconnect('bootnode', 0, { readyMs: 9_999 }, longest)
    const second = afterDisconnect('bootnode', first.failures, { readyMs: 50 }, longest)
    expect([first.waitMs, second.waitMs]).toEqual([1_000, 2_000])
  })

  it('follow what beacon nodes remember of peers that they sent away, and are 30 s for a bootnode', () => {
    const of = (kind: 'bootnode' | 'peer', goodbye: number) =>
      afterDisconnect(kind, 0, { readyMs: 60_000, goodbye }, longest).waitMs
    expect([129, 3].map((code) => of('peer', code))).toEqual([600_000, 600_000])
    for (const code of [2, 128, 250, 251, 252]) expect(of('peer', code)).toBe(13 * 3_600_000)
    for (const code of [129, 3, 2, 128, 250]) expect(of('bootnode', code)).toBe(30_000)
  })

  it('are none after the goodbye of a peer that shut down: it may be starting again', () => {
    expect(afterDisconnect('peer', 0, { readyMs: 60_000, goodbye: 1 }, longest).waitMs).toBe(0)
  })
})
