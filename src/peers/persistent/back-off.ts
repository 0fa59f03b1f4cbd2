/** Goodbye codes by convention: too many peers, fault. */
const TOO_MANY_PEERS_CODES = new Set([129, 3])
/** Irrelevant network, unable to verify, bad score, banned, banned address. */
const REJECTED_CODES = new Set([2, 128, 250, 251, 252])

const FIRST_MS = 1_000
const MOST_MS = 30_000
const TOO_MANY_PEERS_MS = 10 * 60_000
const REJECTED_MS = 13 * 3_600_000
/** A connection that held this long was a good one: what comes after it starts afresh. */
const GOOD_MS = 10_000

/** Kind of persistent peer: a bootnode is ours or meant for us, another beacon node has its own rules. */
export type PersistentKind = 'bootnode' | 'peer'

/** How a connection ended. */
export interface DisconnectInfo {
  /** How long the peer had been ready; 0 when it never did. */
  readonly readyMs: number
  /** The peer's own goodbye code, where it said one. */
  readonly goodbye?: number
}

/** When to dial next, and how many attempts in a row failed. */
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
export function afterFailedAttempt(
  kind: PersistentKind,
  failures: number,
  irrelevant: boolean,
  random: () => number,
): BackOff {
  if (irrelevant) return { waitMs: longWait(kind, TOO_MANY_PEERS_MS, random), failures: failures + 1 }
  return { waitMs: waitAfter(failures, random), failures: failures + 1 }
}

/** For a bootnode 30 s: the user waits for it. */
function longWait(kind: PersistentKind, ms: number, random: () => number): number {
  return (kind === 'bootnode' ? MOST_MS : ms) * (1 - random() / 4)
}

/** Redial delay after a disconnect. */
export function afterDisconnect(
  kind: PersistentKind,
  failures: number,
  disconnect: DisconnectInfo,
  random: () => number,
): BackOff {
  const { goodbye } = disconnect
  if (goodbye !== undefined && (TOO_MANY_PEERS_CODES.has(goodbye) || REJECTED_CODES.has(goodbye))) {
    return {
      waitMs: longWait(kind, TOO_MANY_PEERS_CODES.has(goodbye) ? TOO_MANY_PEERS_MS : REJECTED_MS, random),
      failures: failures + 1,
    }
  }
  if (disconnect.readyMs >= GOOD_MS) return { waitMs: 0, failures: 0 }
  return afterFailedAttempt(kind, failures, false, random)
}
