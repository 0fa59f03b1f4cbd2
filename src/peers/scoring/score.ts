import type { PeerPenalty } from '../types.ts'

/** Scores run from −100 to 100, start at 0 and fade to it. */
const BOUND = 100
/** At this score a peer is banned. */
export const BAN_SCORE = -50
/** How long a ban lasts, in milliseconds. */
export const BAN_MS = 30 * 60_000
const HALF_LIFE_MS = 10 * 60_000

const penalties: Record<PeerPenalty, number> = {
  fatal: -200,
  'low-tolerance': -10,
  'mid-tolerance': -5,
  'high-tolerance': -1,
}

/** A score at the moment it was last changed. */
export interface Score {
  readonly value: number
  readonly atMs: number
}

/** What a score has faded to. A clock that was set back does not raise it. */
export function scoreAt(score: Score | undefined, nowMs: number): number {
  if (score === undefined) return 0
  return score.value * 2 ** (-Math.max(0, nowMs - score.atMs) / HALF_LIFE_MS)
}

/** The score after a change by so much. */
export function changedScore(score: Score | undefined, by: number, nowMs: number): Score {
  return { value: Math.min(BOUND, Math.max(-BOUND, scoreAt(score, nowMs) + by)), atMs: nowMs }
}

/** The score after an penalty. */
export function loweredScore(score: Score | undefined, penalty: PeerPenalty, nowMs: number): Score {
  return changedScore(score, penalties[penalty], nowMs)
}
