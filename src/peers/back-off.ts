/** Goodbye codes by convention: too many peers, fault. */
const BUSY = new Set([129, 3])
/** Irrelevant network, unable to verify, bad score, banned, banned address. */
const UNWELCOME = new Set([2, 128, 250, 251, 252])

const FIRST_MS = 1_000
const MOST_MS = 30_000
const BUSY_MS = 10 * 60_000
const UNWELCOME_MS = 13 * 3_600_000
/** A connection that held this long was a good one: what comes after it starts afresh. */
const GOOD_MS = 10_000

/** A peer to keep: a bootnode is ours or meant for us, another beacon node has its own rules. */
export type KeptKind = 'bootnode' | 'peer'

/** How a connection to a kept peer ended. */
export interface Loss {
  /** How long the peer had counted; 0 when it never did. */
  readonly countedMs: number
  /** The peer's own goodbye code, where it said one. */
  readonly goodbye?: number
}

/** When to dial next, and how many attempts in a row were in vain. */
export interface BackOff {
  readonly waitMs: number
  readonly failures: number
}

/** Waits double from 1 s to 30 s, less up to a quarter at random so that many clients do not come back at once. */
export function waitAfter(failures: number, random: () => number): number {
  const ms = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10))
  return ms * (1 - random() / 4)
}

/** After an attempt that failed. A peer of another network will hardly be of ours in a minute. */
export function afterFailure(kind: KeptKind, failures: number, irrelevant: boolean, random: () => number): BackOff {
  if (irrelevant) return { waitMs: longWait(kind, BUSY_MS, random), failures: failures + 1 }
  return { waitMs: waitAfter(failures, random), failures: failures + 1 }
}

/** For a bootnode 30 s: the user waits for it. */
function longWait(kind: KeptKind, ms: number, random: () => number): number {
  return (kind === 'bootnode' ? MOST_MS : ms) * (1 - random() / 4)
}

/**
 * After a connection that was lost. One that had held is tried again at once; one that keeps breaking waits as a failed
 * attempt does; a peer that sent us away is left alone for as long as beacon nodes remember, a bootnode for 30 s.
 */
export function afterLoss(kind: KeptKind, failures: number, loss: Loss, random: () => number): BackOff {
  const { goodbye } = loss
  if (goodbye !== undefined && (BUSY.has(goodbye) || UNWELCOME.has(goodbye))) {
    return { waitMs: longWait(kind, BUSY.has(goodbye) ? BUSY_MS : UNWELCOME_MS, random), failures: failures + 1 }
  }
  if (loss.countedMs >= GOOD_MS) return { waitMs: 0, failures: 0 }
  return afterFailure(kind, failures, false, random)
}
