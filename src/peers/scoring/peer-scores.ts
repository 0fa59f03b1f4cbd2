import type { Clock } from '../../streams/clock.ts'
import type { PeerPenalty } from '../types.ts'
import { BAN_MS, BAN_SCORE, changedScore, loweredScore, type Score, scoreAt } from './score.ts'

/** Peers remembered, connected or not: a new connection must not wash a score clean. */
const MAX_REMEMBERED = 10_000

/** Scores and bans by peer id. */
export interface PeerScores {
  scoreOf(peerId: string): number
  raise(peerId: string, by: number): void
  /** @returns until when the peer is banned, in unix milliseconds, if this penalty is what banned it */
  lower(peerId: string, penalty: PeerPenalty): number | undefined
  /** Until when the peer is banned, in unix milliseconds; undefined when it is not. */
  bannedUntilMs(peerId: string): number | undefined
  /** Bans that are not over: peer ids, and until when in unix milliseconds. */
  bans(): readonly (readonly [peerId: string, untilMs: number])[]
  /** Takes a ban as it was stored. */
  restoreBan(peerId: string, untilMs: number): void
}

/** Creates an empty book. */
export function createPeerScores(clock: Clock): PeerScores {
  const scores = new Map<string, Score>()
  const bans = new Map<string, number>()

  /** Sets and bounds; what was changed longest ago gives way. */
  function put<Value>(map: Map<string, Value>, peerId: string, value: Value): void {
    map.delete(peerId)
    map.set(peerId, value)
    if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value!)
  }

  function bannedUntilMs(peerId: string): number | undefined {
    const untilMs = bans.get(peerId)
    if (untilMs === undefined || untilMs > clock.now()) return untilMs
    bans.delete(peerId)
    return undefined
  }

  return {
    scoreOf: (peerId) => scoreAt(scores.get(peerId), clock.now()),
    raise: (peerId, by) => put(scores, peerId, changedScore(scores.get(peerId), by, clock.now())),
    lower(peerId, penalty) {
      const nowMs = clock.now()
      const score = loweredScore(scores.get(peerId), penalty, nowMs)
      put(scores, peerId, score)
      // Rounded: a score fades from the first moment on, and five tens are to make fifty.
      if (Math.round(score.value) > BAN_SCORE || bannedUntilMs(peerId) !== undefined) return undefined
      put(bans, peerId, nowMs + BAN_MS)
      return nowMs + BAN_MS
    },
    bannedUntilMs,
    bans: () => [...bans].filter(([, untilMs]) => untilMs > clock.now()),
    // No ban lasts longer: the clock may have been set back since.
    restoreBan: (peerId, untilMs) => put(bans, peerId, Math.min(untilMs, clock.now() + BAN_MS)),
  }
}
