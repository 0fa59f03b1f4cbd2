import type { Chain } from '../../chain/chain.ts'
import { slotStartMs } from '../../chain/slots.ts'
import { LamparaError } from '../../errors/index.ts'
import type { Clock } from '../../streams/clock.ts'
import { networkGroupOf } from '../address-book/address-group.ts'
import type { ClockSkew } from '../types.ts'

/** What one peer reported the time: the slot of the newest block that it has. */
export interface ClockSample {
  /**
   * Who counts as one voice: a peer that the user named counts for itself, all others of one network group
   * (IPv4 /16, IPv6 /32) count once, however many they are.
   */
  readonly origin: string
  readonly headSlot: number
  /** When the Status arrived by this machine's clock, in unix milliseconds. */
  readonly atMs: number
}

/** A head is this much ahead of our clock before it says anything: twice MAXIMUM_GOSSIP_CLOCK_DISPARITY. */
const LEAST_SLOW_MS = 1_000
/** Heads lag by missed slots, too: fewer slots than this say nothing of a fast clock. */
const LEAST_FAST_SLOTS = 4
/** The head of a synced peer is of the slot under way or of the one before it. */
const USUAL_LAG_SLOTS = 1
/** Two in-sync peers may differ by this much: one has the newest block already, one a missed slot. */
const SAME_SLOTS = 2
/** A sample that is older says nothing of now: clocks are set, and drift. */
const FRESH_MS = 10 * 60_000
/** Origins that are remembered. */
const MAX_ORIGINS = 64

/**
 * Estimates how far this machine's clock is from what most independent peers have.
 *
 * Half of all origins, and at least two where two were heard, must differ alike: one peer with a wrong clock, or many in one
 * network group, decide nothing. That our clock is *fast* is only said when heads advance while their lag stays the same: heads
 * that stand still are a chain that stands still. The result is known to about a slot.
 *
 * @param samples - in the order of their arrival; the newest of each origin counts
 * @param nowMs - this machine's clock; samples older than ten minutes are left out
 * @returns undefined when peers do not differ from our clock, or not alike
 */
export function estimateClockSkew(chain: Chain, samples: readonly ClockSample[], nowMs: number): ClockSkew | undefined {
  const fresh = samples.filter(({ atMs }) => Math.abs(nowMs - atMs) <= FRESH_MS)
  const newest = [...new Map(fresh.map((sample) => [sample.origin, sample])).values()]
  const differences = newest.map(({ headSlot, atMs }) => slotStartMs(chain, headSlot) - atMs).sort((a, b) => a - b)
  // Of an even number the one nearer to our own clock: a tie accuses nobody.
  const median = nearerMedian(differences)
  if (median === undefined) return undefined
  const { slotDurationMs } = chain
  const alike = differences.filter((ms) => Math.abs(ms - median) <= SAME_SLOTS * slotDurationMs)
  if (alike.length * 2 < differences.length || alike.length < Math.min(2, differences.length)) return undefined
  const skew = { agreeing: alike.length, of: differences.length }
  // A head's slot has begun: the true time is at least that, and most likely within the slot after it.
  const middleMs = median + slotDurationMs / 2
  if (median > LEAST_SLOW_MS) return { ...skew, offsetMs: middleMs }
  if (median > -LEAST_FAST_SLOTS * slotDurationMs) return undefined
  return advances(chain, fresh, median) ? { ...skew, offsetMs: middleMs + USUAL_LAG_SLOTS * slotDurationMs } : undefined
}

/** True when heads of different slots, apart in time, lag alike. */
function advances(chain: Chain, samples: readonly ClockSample[], lagMs: number): boolean {
  const { slotDurationMs } = chain
  const alike = samples.filter(({ headSlot, atMs }) => {
    return Math.abs(slotStartMs(chain, headSlot) - atMs - lagMs) <= SAME_SLOTS * slotDurationMs
  })
  const slots = alike.map(({ headSlot }) => headSlot)
  return Math.max(...slots) - Math.min(...slots) > SAME_SLOTS
}

function nearerMedian(sorted: readonly number[]): number | undefined {
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  if (lower === undefined || upper === undefined) return undefined
  return Math.abs(lower) <= Math.abs(upper) ? lower : upper
}

/** A clock's error in words: "This machine's clock seems 20 s slow". */
function clockSkewWords({ offsetMs }: Pick<ClockSkew, 'offsetMs'>): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1_000)
  const size = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`
  return `This machine's clock seems ${size} ${offsetMs > 0 ? 'slow' : 'fast'}`
}

/** The error `clock_skewed` for a status, with the estimate in its details. */
export function clockSkewError(skew: ClockSkew): LamparaError {
  const { agreeing, of } = skew
  const by = `${agreeing} of ${of} independent ${of === 1 ? 'peer' : 'peers'}`
  return new LamparaError('clock_skewed', `${clockSkewWords(skew)}, by the heads of ${by}`, { details: { ...skew } })
}

/** What peers' Statuses reported the time: bounded, and of the last ten minutes only. */
interface ClockEvidence {
  /** Takes note of a head that a peer reported, as it arrives. Costs a few numbers. */
  note(peer: { readonly id: string; readonly address: string; readonly persistent: boolean }, headSlot: number): void
  /** See {@link estimateClockSkew}. */
  estimate(): ClockSkew | undefined
}

/** Creates the record of what peers told. */
export function createClockEvidence(chain: Chain, clock: Pick<Clock, 'now'>): ClockEvidence {
  /** For each origin the first sample of its present lag, and the newest. */
  const samples = new Map<string, { first: ClockSample; last: ClockSample }>()

  return {
    note({ id, address, persistent }, headSlot) {
      const group = networkGroupOf(address)
      const origin = persistent || group === 'local' ? id : group
      const sample = { origin, headSlot, atMs: clock.now() }
      const before = samples.get(origin)
      samples.delete(origin)
      const isSame =
        before !== undefined && lagsAlike(chain, before.first, sample) && isFresh(before.first, sample.atMs)
      samples.set(origin, { first: isSame ? before.first : sample, last: sample })
      const [oldest] = samples.keys()
      if (samples.size > MAX_ORIGINS && oldest !== undefined) samples.delete(oldest)
    },
    estimate() {
      const all = [...samples.values()].flatMap(({ first, last }) => [first, last])
      return estimateClockSkew(chain, all, clock.now())
    },
  }
}

function lagsAlike(chain: Chain, a: ClockSample, b: ClockSample): boolean {
  const difference = slotStartMs(chain, a.headSlot) - a.atMs - (slotStartMs(chain, b.headSlot) - b.atMs)
  return Math.abs(difference) <= SAME_SLOTS * chain.slotDurationMs
}

function isFresh({ atMs }: ClockSample, nowMs: number): boolean {
  return Math.abs(nowMs - atMs) <= FRESH_MS
}
