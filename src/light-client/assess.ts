import type { LamparaError } from '../errors/index.ts'
import type { NetworkStatus } from '../network/types.ts'
import type { Head, LightClientState, LightClientStatus } from './types.ts'

/** What the driver is at, as far as it decides for itself. */
export type Phase = 'starting' | 'bootstrapping' | 'syncing' | 'following' | 'failed' | 'stopped'

/** Everything that the status is told from. */
export interface Situation {
  readonly phase: Phase
  readonly network: NetworkStatus
  /** True once a peer counted. */
  readonly wasConnected: boolean
  readonly optimistic: Head | undefined
  readonly finalized: Head | undefined
  /** Slot of the newest verified header, shown or withheld. */
  readonly verifiedSlot: number | undefined
  readonly currentSlot: number
  readonly nowMs: number
  readonly stalledAfterSlots: number
  readonly sync: LightClientStatus['sync']
  readonly error: LamparaError | undefined
}

/** The state and its words, as a pure function of the situation. */
export function assess(situation: Situation): LightClientStatus {
  const { network, optimistic, finalized, sync } = situation
  const state = stateOf(situation)
  const error = situation.error ?? (state === 'connecting' || state === 'disconnected' ? network.error : undefined)
  return {
    state,
    reason: reasonOf(state, situation, error),
    peers: network.peers,
    ...(optimistic === undefined
      ? {}
      : { optimistic, headAgeMs: Math.max(0, situation.nowMs - optimistic.slotStartMs) }),
    ...(finalized === undefined ? {} : { finalized }),
    ...(state === 'syncing' && sync !== undefined ? { sync } : {}),
    ...(error === undefined ? {} : { error }),
  }
}

/** Slots by which the newest verified header is behind the clock. Its own slot's successor signs it: one behind is the best there is. */
export function slotsBehind(situation: Pick<Situation, 'verifiedSlot' | 'currentSlot'>): number {
  return situation.verifiedSlot === undefined
    ? Number.POSITIVE_INFINITY
    : situation.currentSlot - situation.verifiedSlot
}

function stateOf(situation: Situation): LightClientState {
  const { phase, network } = situation
  if (phase === 'failed' || phase === 'stopped') return phase
  if (network.peers === 0) return situation.wasConnected ? 'disconnected' : 'connecting'
  if (phase === 'starting') return 'connecting'
  if (phase === 'following' && slotsBehind(situation) > situation.stalledAfterSlots) return 'stalled'
  return phase
}

function reasonOf(state: LightClientState, situation: Situation, error: LamparaError | undefined): string {
  const because = error === undefined ? '' : `: ${error.message}`
  switch (state) {
    case 'connecting':
      return `Looking for a peer${because}`
    case 'bootstrapping':
      return `Asking peers for the checkpoint${because}`
    case 'syncing': {
      const { sync } = situation
      return sync === undefined ? 'Catching up' : `Catching up: period ${sync.period} of ${sync.targetPeriod}${because}`
    }
    case 'following':
      return 'Following the chain'
    case 'stalled':
      return `No new head for ${slotsBehind(situation)} slots${because}`
    case 'disconnected':
      return `Not connected: redialing${because}`
    case 'failed':
      return error?.message ?? 'Failed'
    case 'stopped':
      return 'Stopped'
  }
}
