import { describe, expect, it } from 'vitest'
import { slotStartMs } from '../../../src/chain/index.ts'
import type { AddressEntry } from '../../../src/peers/address-book/entry.ts'
import { createDialOutcomes } from '../../../src/peers/dialing/dial-outcomes.ts'
import { afterFailedDial } from '../../../src/peers/dialing/retry-delay.ts'
import {
  type ClockSample,
  clockSkewError,
  createClockEvidence,
  estimateClockSkew,
} from '../../../src/peers/handshake/clock-skew.ts'
import { testChain } from '../../kit/network.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000 })
const { slotDurationMs } = chain
const trueMs = slotStartMs(chain, 1_000) + slotDurationMs / 2

/** What an honest peer in sync tells at a true time, seen by a clock that is off by so much. */
function honest(origin: string, offMs: number, atTrueMs = trueMs): ClockSample {
  const headSlot = Math.floor((atTrueMs - chain.genesisTimeMs) / slotDurationMs)
  return { origin, headSlot, atMs: atTrueMs + offMs }
}
const estimate = (samples: readonly ClockSample[], offMs = 0) => estimateClockSkew(chain, samples, trueMs + offMs)

describe('the estimate of our clock', () => {
  it.each([-3_600_000, -300_000, -20_000, -8_000])('finds a clock that is slow by %d ms, to a slot', (offMs) => {
    const skew = estimate(
      ['a', 'b', 'c'].map((origin) => honest(origin, offMs)),
      offMs,
    )
    expect(skew).toMatchObject({ agreeing: 3, of: 3 })
    expect(Math.abs(skew!.offsetMs + offMs)).toBeLessThanOrEqual(slotDurationMs)
  })

  it.each([60_000, 300_000, 3_600_000])('finds a clock that is fast by %d ms, once heads advance alike', (offMs) => {
    const now = ['a', 'b', 'c'].map((origin) => honest(origin, offMs))
    expect(estimate(now, offMs)).toBeUndefined()
    const later = honest('a', offMs, trueMs + 4 * slotDurationMs)
    const skew = estimate([...now, later], offMs)
    expect(Math.abs(skew!.offsetMs + offMs)).toBeLessThanOrEqual(2 * slotDurationMs)
  })

  it('says nothing of a clock that is right, at any moment of a slot and with a missed slot', () => {
    for (let ms = 0; ms < slotDurationMs; ms += 500) {
      const atMs = slotStartMs(chain, 1_000) + ms
      const samples = [0, 1, 2].map((lag) => ({ origin: `${lag}`, headSlot: 1_000 - lag, atMs }))
      expect(estimate(samples)).toBeUndefined()
    }
  })

  it('says nothing when a chain stands still: its heads fall behind more and more', () => {
    const samples = [0, 10, 20, 30].map((slots) => ({
      origin: `${slots % 20}`,
      headSlot: 1_000,
      atMs: trueMs + slots * slotDurationMs,
    }))
    expect(estimate(samples)).toBeUndefined()
  })

  it('lets neither one peer among several, nor half of them, decide', () => {
    const liars = (count: number) => Array.from({ length: count }, (_, i) => honest(`liar ${i}`, -60_000))
    const right = (count: number) => Array.from({ length: count }, (_, i) => honest(`right ${i}`, 0))
    // A liar's head is ahead by 60 s of what our right clock says.
    const ahead = liars(3)
      .map((sample) => ({ ...sample, atMs: trueMs }))
      .map((sample) => ({ ...sample, headSlot: sample.headSlot + 10 }))
    expect(estimate([...ahead.slice(0, 1), ...right(1)])).toBeUndefined()
    expect(estimate([...ahead.slice(0, 1), ...right(2)])).toBeUndefined()
    expect(estimate([...ahead, ...right(3)])).toBeUndefined()
    expect(estimate([...ahead, ...right(2)])).toBeDefined()
  })

  it('says nothing when peers differ, but not alike', () => {
    const wild = [10, 100, 1_000].map((slots) => ({ origin: `${slots}`, headSlot: 1_000 + slots, atMs: trueMs }))
    expect(estimate(wild)).toBeUndefined()
  })

  it('forgets what it was told ten minutes ago', () => {
    const old = ['a', 'b'].map((origin) => honest(origin, -20_000))
    expect(estimate(old, -20_000)).toBeDefined()
    expect(estimateClockSkew(chain, old, trueMs + 10 * 60_000)).toBeUndefined()
  })

  it('is told in words, with its figures', () => {
    expect(clockSkewError({ offsetMs: 20_100, agreeing: 2, of: 3 })).toMatchObject({
      code: 'clock_skewed',
      message: "This machine's clock seems 20 s slow, by the heads of 2 of 3 independent peers [clock_skewed]",
      details: { offsetMs: 20_100, agreeing: 2, of: 3 },
    })
    expect(clockSkewError({ offsetMs: -300_000, agreeing: 1, of: 1 }).message).toContain('5 minutes fast')
  })
})

describe('a peer whose head is ahead of our clock', () => {
  it('is dialed again as after any failed dial, named or not: only another network is a reason to stay away', () => {
    const random = () => 0.5
    expect(afterFailedDial(0, 'clock_skewed', random)).toBe(afterFailedDial(0, 'dial_failed', random))
    expect(afterFailedDial(0, 'clock_skewed', random)).toBeLessThanOrEqual(60_000)
    expect(afterFailedDial(0, 'irrelevant_network', random)).toBeGreaterThan(3_600_000)
  })

  it('puts no blame on it in the address book while nobody else is connected', () => {
    const failed: unknown[] = []
    const outcomes = createDialOutcomes({
      clock: { now: () => trueMs },
      random: () => 0.5,
      book: { get: () => undefined, size: 1, succeeded() {}, failed: (_id, how) => failed.push(how), postpone() {} },
      host: { connected: () => [], ready: () => [] },
      isUseful: () => true,
    })
    outcomes.failed({ id: 'a', failures: 9 } as AddressEntry, 'clock_skewed')
    expect(failed).toMatchObject([{ blameless: true }])
  })
})

describe('evidence of the time', () => {
  const at = (id: string, address = '/ip4/127.0.0.1/tcp/1', persistent = false) => ({ id, address, persistent })

  it('takes all peers of one network group for one, but each that was named for itself', () => {
    const evidence = createClockEvidence(chain, { now: () => trueMs - 60_000 })
    for (let i = 0; i < 5; i++) evidence.note(at(`minted ${i}`, `/ip4/9.8.${i}.1/tcp/1`), 1_000)
    expect(evidence.estimate()).toMatchObject({ agreeing: 1, of: 1 })
    evidence.note(at('named', '/ip4/9.8.1.1/tcp/1', true), 1_000)
    expect(evidence.estimate()).toMatchObject({ agreeing: 2, of: 2 })
  })

  it('follows a clock that is set right with the next heads', () => {
    let nowMs = trueMs - 60_000
    const evidence = createClockEvidence(chain, { now: () => nowMs })
    for (const id of ['a', 'b', 'c']) evidence.note(at(id), 1_000)
    expect(evidence.estimate()).toBeDefined()
    nowMs = trueMs
    for (const id of ['a', 'b']) evidence.note(at(id), 1_000)
    expect(evidence.estimate()).toBeUndefined()
  })

  it('sees one peer alone be ahead, and one be behind as its heads advance', () => {
    let nowMs = trueMs + 300_000
    const evidence = createClockEvidence(chain, { now: () => nowMs })
    for (let slot = 1_000; slot < 1_005; slot++) {
      evidence.note(at('a'), slot)
      nowMs += slotDurationMs
    }
    expect(evidence.estimate()?.offsetMs).toBeLessThan(-280_000)
  })

  it('is bounded, anyone who tells it', () => {
    const evidence = createClockEvidence(chain, { now: () => trueMs })
    for (let i = 0; i < 1_000; i++) evidence.note(at(`${i}`), 2_000)
    expect(evidence.estimate()?.of).toBe(64)
  })
})
