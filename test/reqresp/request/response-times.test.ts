import { describe, expect, it } from 'vitest'
import { periodOfSlot } from '../../../src/chain/index.ts'
import { protocols } from '../../../src/reqresp/protocols/protocols.ts'
import { createResponseTimes, expectedMs } from '../../../src/reqresp/request/response-times.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { objectAtSlot, testChain } from '../../kit/reqresp-pair.ts'

const answered = (waitedMs: number, bytes = 0, readMs = 0) => ({
  askedAtMs: -waitedMs - readMs,
  begunAtMs: -readMs,
  bytes,
  idleMs: 0,
})
const silent = (waitedMs: number) => ({ askedAtMs: -waitedMs, bytes: 0, idleMs: 0 })

describe('the measured speed of a peer', () => {
  it('is a moving mean of first byte and bandwidth', () => {
    const speeds = createResponseTimes(createFakeClock())
    expect(speeds.of('a')).toBeUndefined()
    speeds.note('a', answered(100, 100_000, 1_000))
    speeds.note('a', answered(200, 200_000, 1_000))
    expect(speeds.of('a')).toMatchObject({ firstByteMs: 130, bytesPerS: 130_000 })
    expect(expectedMs(speeds.of('a')!)).toBeGreaterThan(2_000)
  })

  it('takes no bandwidth from an answer too short to tell', () => {
    const speeds = createResponseTimes(createFakeClock())
    speeds.note('a', answered(100, 60, 1))
    expect(expectedMs(speeds.of('a')!)).toBe(100)
  })

  it('counts a wait without an answer for as long as it was, where that is news', () => {
    const speeds = createResponseTimes(createFakeClock())
    speeds.note('a', silent(20))
    expect(speeds.of('a')).toBeUndefined()
    speeds.note('a', silent(2_000))
    expect(speeds.of('a')).toMatchObject({ firstByteMs: 2_000 })
    speeds.note('a', silent(1_000))
    expect(speeds.of('a')).toMatchObject({ firstByteMs: 2_000 })
  })

  it('is forgotten after ten minutes, so that a peer once slow gets another try', async () => {
    const clock = createFakeClock()
    const speeds = createResponseTimes(clock)
    speeds.note('a', silent(9_000))
    await clock.advance(10 * 60_000)
    expect(speeds.of('a')).toBeUndefined()
  })

  it('is kept of a bounded number of peers', () => {
    const speeds = createResponseTimes(createFakeClock())
    for (let i = 0; i < 1_025; i++) speeds.note(`${i}`, answered(1))
    expect(speeds.of('0')).toBeUndefined()
    expect(speeds.of('1024')).toBeDefined()
  })
})

describe('updates by range are carried on', () => {
  const { slotsPerEpoch, epochsPerSyncCommitteePeriod } = testChain.preset
  const updateOf = (period: number) => objectAtSlot('update', period * slotsPerEpoch * epochsPerSyncCommitteePeriod)
  const range = { startPeriod: 8, count: 6 }
  const rest = (lastPeriod: number) =>
    protocols.lightClientUpdatesByRange.resume?.(range, { count: 1, last: updateOf(lastPeriod) }, testChain)

  it('after the period that came last, whatever was skipped before it', () => {
    expect(periodOfSlot(testChain, updateOf(10).value.attestedHeader.beacon.slot)).toBe(10)
    expect(rest(8)).toEqual({ startPeriod: 9, count: 5 })
    expect(rest(10)).toEqual({ startPeriod: 11, count: 3 })
    expect(rest(13)).toEqual({ startPeriod: 14, count: 0 })
  })

  it('from nowhere when the last came from outside the range', () => {
    expect(rest(7)).toBeUndefined()
    expect(rest(14)).toBeUndefined()
  })
})
