import { type LamparaError, messageOf } from '../../errors/index.ts'
import type { NetworkStatus } from '../../network/types.ts'
import { clockSkewError } from '../../peers/index.ts'
import type { ClockSkew } from '../../peers/types.ts'
import type { PeerEvidence } from '../sync/fetcher.ts'
import type { Head, HeadConflict, LightClientState, LightClientStatus } from '../types.ts'
import type { Withheld } from './heads.ts'

/** What the driver is at, as far as it decides for itself. */
export type Phase = 'starting' | 'bootstrapping' | 'syncing' | 'following' | 'failed' | 'stopped'

/** Peers that the words of a status name. */
const PEERS_NAMED = 3

const MORE_PEERS = 'more peers, or a newer checkpoint, help'
const CHECK = 'check the connection; network.check() tries at once'
const ANOTHER = 'create another client'

/** What helps where a state lasts. */
const helpIn: Partial<Record<LightClientState, string>> = {
  connecting: CHECK,
  bootstrapping: MORE_PEERS,
  syncing: MORE_PEERS,
  stalled: MORE_PEERS,
  disconnected: CHECK,
  failed: ANOTHER,
  stopped: ANOTHER,
}

/** Everything that the status is computed from. */
export interface StatusInputs {
  readonly phase: Phase
  readonly network: NetworkStatus
  /** True once a peer was ready. */
  readonly wasConnected: boolean
  readonly optimistic: Head | undefined
  readonly finalized: Head | undefined
  /** A newer verified head that is not shown. */
  readonly withheld: Withheld | undefined
  readonly currentSlot: number
  /** Slots since catching up moved on last. */
  readonly slotsWithoutProgress: number
  /** Unix milliseconds, asked whenever the head's age is read. */
  now(): number
  readonly stalledAfterSlots: number
  readonly sync: LightClientStatus['sync']
  /** What peers answered last when asked for heads. */
  readonly evidence: readonly PeerEvidence[]
  /** The period whose update no peer gave. @default none */
  readonly missingPeriod?: number | undefined
  readonly conflict: HeadConflict | undefined
  /** How far peers agree that this machine's clock is off. */
  readonly skew: ClockSkew | undefined
  readonly error: LamparaError | undefined
}

/** Computes the state and its message from the inputs; pure. */
export function computeStatus(inputs: StatusInputs): LightClientStatus {
  const { network, optimistic, finalized, sync, conflict } = inputs
  const state = stateOf(inputs)
  const unreachable = state === 'connecting' || state === 'disconnected' ? network.error : undefined
  const skewed = state === 'stalled' && inputs.skew !== undefined ? clockSkewError(inputs.skew) : undefined
  // Why nobody can be reached counts more than what went wrong with those that could be.
  const error = skewed ?? unreachable ?? inputs.error
  const help = helpIn[state]
  const status: LightClientStatus = {
    state,
    message: messageFor(state, inputs, error),
    ...(help === undefined ? {} : { help }),
    peers: state === 'stopped' ? 0 : network.peers,
    ...(optimistic === undefined ? {} : { optimistic }),
    ...(finalized === undefined ? {} : { finalized }),
    ...(state === 'syncing' && sync !== undefined ? { sync } : {}),
    ...(error === undefined ? {} : { error }),
    ...(conflict === undefined ? {} : { conflict }),
  }
  return optimistic === undefined ? status : withAge(status, () => inputs.now() - optimistic.slotStartMs)
}

/** The same with the head's age as it is whenever that is read. */
function withAge(status: LightClientStatus, ageMs: () => number): LightClientStatus {
  return Object.defineProperty(status, 'headAgeMs', { enumerable: true, get: () => Math.max(0, ageMs()) })
}

const compared = ['state', 'message', 'peers', 'optimistic', 'finalized', 'conflict'] as const

/** True when the two say the same, but for the head's age. */
export function sameLightClientStatus(a: LightClientStatus, b: LightClientStatus): boolean {
  return (
    compared.every((key) => a[key] === b[key]) &&
    a.error?.message === b.error?.message &&
    JSON.stringify(a.sync) === JSON.stringify(b.sync)
  )
}

/** Slots by which the shown head is behind the clock. Its own slot's successor signs it: one behind is the best there is. */
function slotsBehind({ optimistic, currentSlot }: StatusInputs): number {
  return optimistic === undefined ? Number.POSITIVE_INFINITY : currentSlot - optimistic.slot
}

function stateOf(inputs: StatusInputs): LightClientState {
  const { phase, network, stalledAfterSlots } = inputs
  if (phase === 'failed' || phase === 'stopped') return phase
  if (network.peers === 0) return inputs.wasConnected ? 'disconnected' : 'connecting'
  if (phase === 'starting') return 'connecting'
  const behind = slotsBehind(inputs)
  // A head of a slot that has not begun: the clock was set back, and says nothing of how old the head is.
  if (phase === 'following' && (behind > stalledAfterSlots || behind < 0)) return 'stalled'
  if (phase === 'syncing' && inputs.slotsWithoutProgress > stalledAfterSlots) return 'stalled'
  return phase
}

function messageFor(state: LightClientState, inputs: StatusInputs, error: LamparaError | undefined): string {
  const because = error === undefined ? '' : `: ${messageOf(error)}`
  switch (state) {
    case 'connecting':
      return `Looking for a peer${because}`
    case 'bootstrapping':
      return `Asking peers for the checkpoint${because}`
    case 'syncing': {
      const { sync } = inputs
      return sync === undefined ? 'Catching up' : `Catching up: period ${sync.period} of ${sync.targetPeriod}${because}`
    }
    case 'following':
      return 'Following the chain'
    case 'stalled':
      return stalledReason(inputs, error)
    case 'disconnected':
      return `Not connected: redialing${because}`
    case 'failed':
      return error === undefined ? 'Failed' : messageOf(error)
    case 'stopped':
      return 'Stopped'
  }
}

function stalledReason(inputs: StatusInputs, error: LamparaError | undefined): string {
  const { withheld, conflict, phase, sync, missingPeriod } = inputs
  const behind = slotsBehind(inputs)
  if (behind < 0)
    return error === undefined
      ? `The newest head is ${-behind} slots ahead of this machine's clock: the clock seems slow`
      : messageOf(error)
  const what =
    phase === 'syncing'
      ? `Cannot catch up${sync === undefined ? '' : ` beyond period ${sync.period} of ${sync.targetPeriod}`}`
      : `No new head for ${Number.isFinite(behind) ? `${behind} slots` : 'this slot'}`
  const reasons = [
    ...(conflict === undefined
      ? []
      : [
          `two thirds signed two headers that exclude each other, of slots ${conflict.known.slot} and ${conflict.other.slot}`,
        ]),
    ...(withheld === undefined ? [] : [withheldReason(withheld)]),
    ...(error === undefined ? [] : [messageOf(error)]),
    ...(missingPeriod === undefined ? [] : [`no connected peer gives the update of period ${missingPeriod}`]),
    ...evidenceReason(inputs),
  ]
  return `${what}: ${(reasons.length === 0 ? ['no peer sends one'] : reasons).join('; ')}; ${MORE_PEERS}`
}

function withheldReason(withheld: Withheld): string {
  if (withheld.because === 'agreement') {
    return `the head of slot ${withheld.slot} came by ${withheld.paths} of ${withheld.wanted} independent paths that are required`
  }
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  return `the head of slot ${withheld.slot} is signed by ${percent(withheld.participation)} of the committee, ${percent(withheld.wanted)} are required`
}

/** Who answered with what: a peer that holds heads back is named. */
function evidenceReason({ evidence }: StatusInputs): string[] {
  if (evidence.length === 0) return []
  const said = evidence.slice(0, PEERS_NAMED).map(({ peer, slot, error }) => {
    if (slot !== undefined) return `${peer} answers with slot ${slot}`
    return `${peer} has no head to give${error === undefined ? '' : ` (${error.code})`}`
  })
  const more = evidence.length > PEERS_NAMED ? ` and ${evidence.length - PEERS_NAMED} more peers` : ''
  return [`${said.join(', ')}${more}`]
}
