import type { AddressEntry } from './entry.ts'

const DAY_MS = 24 * 3_600_000
/** A peer that was not heard of for so long is most likely gone. */
const FORGET_MS = 7 * DAY_MS
/** Failed attempts that a peer may cost that was never reached; after a day it may have one more. */
const MAX_FAILURES_NEVER_REACHED = 3
/** Failed attempts within a week that a peer may cost that was reached before. */
const MAX_FAILURES = 10
/** An attempt may still be under way. */
const JUDGE_AFTER_MS = 60_000
/** A clock that is set back must not make an entry look as if it came from the future. */
const FUTURE_MS = 10 * 60_000

/** True when an entry is not worth its place: unseen for a week, or tried without success too often of late. Never within a minute of an attempt. */
export function isStale(entry: AddressEntry, nowMs: number): boolean {
  const { attemptedAtMs, succeededAtMs, seenAtMs, failures } = entry
  if (attemptedAtMs !== undefined && Math.abs(nowMs - attemptedAtMs) < JUDGE_AFTER_MS) return false
  if (seenAtMs > nowMs + FUTURE_MS) return true
  if (nowMs - seenAtMs > FORGET_MS) return true
  if (succeededAtMs === undefined) {
    return failures >= MAX_FAILURES_NEVER_REACHED && nowMs - (attemptedAtMs ?? 0) < DAY_MS
  }
  return failures >= MAX_FAILURES && nowMs - succeededAtMs > FORGET_MS
}

/** True when an entry may be dialed now. */
export function isEligible(entry: AddressEntry, nowMs: number): boolean {
  return entry.notBeforeMs === undefined || entry.notBeforeMs <= nowMs
}
