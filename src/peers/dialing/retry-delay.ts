import type { LamparaErrorCode } from '../../errors/index.ts'
import type { DisconnectInfo } from '../persistent/back-off.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Goodbye codes by convention: client shutdown, fault, too many peers. */
const TRANSIENT_CODES = new Set([1, 3, 129])
/** Irrelevant network, unable to verify, bad score, banned, banned address. */
const REJECTED_CODES = new Set([2, 128, 250, 251, 252])
/** A connection that held this long was a good one. */
const GOOD_MS = 10 * SECOND_MS
const FIRST_FAILURE_MS = 30 * SECOND_MS
/** A peer that is connected to nobody cannot tell whose fault it is, and wants to know soon when it is over. */
const ALONE_MS = 10 * MINUTE_MS

/** How long a peer is left alone after it turned out to be not useful: it rarely learns new methods within a day. */
export const NO_REQUIRED_PROTOCOL_MS = 24 * HOUR_MS
/** How long a peer is left alone that gave its place to a better one. */
export const REPLACED_MS = 10 * MINUTE_MS
/** How long a peer is left alone for which there was no slot any more. */
export const SURPLUS_MS = MINUTE_MS

/** Up to a tenth more or less, so that many do not come back at once. */
function jittered(ms: number, random: () => number): number {
  return ms * (0.9 + random() / 5)
}

/**
 * How long a peer that could not be reached is left alone: twice as long each time, from half a minute to an hour. One of
 * another network for a day.
 */
export function afterFailedDial(failures: number, code: LamparaErrorCode, random: () => number): number {
  if (code === 'irrelevant_network') return jittered(24 * HOUR_MS, random)
  return jittered(Math.min(HOUR_MS, FIRST_FAILURE_MS * 2 ** Math.min(failures, 16)), random)
}

/** How long a peer is left alone that could not be reached while nobody could, by how often all of them were tried without success. */
export function afterFailureAlone(rounds: number, random: () => number): number {
  return jittered(Math.min(ALONE_MS, FIRST_FAILURE_MS * 2 ** Math.min(rounds, 16)), random)
}

/**
 * How long a peer that was lost is left alone. Beacon nodes hand out connections as leases: one that held may be dialed again
 * after a minute. A peer that sent us away is left alone for as long as it remembers.
 */
export function afterDisconnectedPeer({ readyMs, goodbye }: DisconnectInfo, random: () => number): number {
  if (goodbye !== undefined && REJECTED_CODES.has(goodbye)) return jittered(13 * HOUR_MS, random)
  // Never less: a peer that comes back within those ten minutes is refused. A fifth more at most, so that those lost together part ways.
  if (goodbye !== undefined && TRANSIENT_CODES.has(goodbye)) return 10 * MINUTE_MS * (1 + random() / 5)
  return jittered(readyMs >= GOOD_MS ? MINUTE_MS : 5 * MINUTE_MS, random)
}
