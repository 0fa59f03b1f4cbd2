import { describe, expect, it } from 'vitest'
import { createHoldOffs } from '../../../src/reqresp/limits/hold-off.ts'
import { defaultTimeouts } from '../../../src/reqresp/timeouts.ts'

describe('what holds requests back from a peer that refuses', () => {
  it.each([
    ['rate_limited', [10, 20, 40, 60, 60]],
    ['server_error', [1, 2, 4, 8, 16]],
    ['request_invalid', [1, 2, 4, 8, 16]],
    ['first_byte_timeout', [1, 2, 4, 8, 16]],
  ] as const)('doubles with each `%s`, up to a bound', (code, seconds) => {
    let nowMs = 0
    const holdOffs = createHoldOffs({ now: () => nowMs })
    for (const expected of seconds) {
      holdOffs.failed('a', code)
      expect(holdOffs.waitMs('a')).toBe(expected * 1_000)
      expect(holdOffs.waitMs('b')).toBe(0)
      nowMs += expected * 1_000
      expect(holdOffs.waitMs('a')).toBe(0)
    }
    holdOffs.succeeded('a')
    holdOffs.failed('a', code)
    expect(holdOffs.waitMs('a')).toBe(seconds[0] * 1_000)
  })

  it('is nothing where the data is not there, or the connection went', () => {
    const holdOffs = createHoldOffs({ now: () => 0 })
    for (const code of ['resource_unavailable', 'peer_disconnected'] as const) holdOffs.failed('a', code)
    expect(holdOffs.waitMs('a')).toBe(0)
  })

  it('never holds back for longer than one pause, though the clock is set back', () => {
    let nowMs = 1_000_000
    const holdOffs = createHoldOffs({ now: () => nowMs })
    holdOffs.failed('a', 'rate_limited')
    nowMs = 0
    expect(holdOffs.waitMs('a')).toBe(10_000)
  })

  it('forgets pauses that were over long ago', () => {
    let nowMs = 0
    const holdOffs = createHoldOffs({ now: () => nowMs })
    for (let i = 0; i < 4; i++) holdOffs.failed('a', 'rate_limited')
    nowMs = 3_600_000
    holdOffs.failed('a', 'rate_limited')
    expect(holdOffs.waitMs('a')).toBe(10_000)
  })

  it('is no shorter than what beacon nodes take: one chunk in ten seconds is waited for', () => {
    expect(defaultTimeouts.chunkTimeoutMs).toBeGreaterThan(15_000)
  })
})
