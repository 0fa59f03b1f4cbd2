import type { LightClientStatus, NetworkEvent } from 'lampara'
import { capitalise, formatCount, shorten, withoutCode } from '../model/format.ts'

/** One line to log. */
export interface LogLine {
  readonly tone: 'plain' | 'good' | 'bad'
  readonly text: string
}

/** A line as logged. */
export interface LogEntry extends LogLine {
  /** Rises by one with each entry. */
  readonly key: number
  /** When it last happened. */
  readonly atMs: number
  /** How often in a row. */
  readonly count: number
}

const stateLines = {
  connecting: { tone: 'plain', text: 'Connecting' },
  bootstrapping: { tone: 'plain', text: 'Connected; asking for the checkpoint' },
  syncing: { tone: 'plain', text: 'Catching up' },
  following: { tone: 'good', text: 'Following the chain' },
  stalled: { tone: 'bad', text: 'Stalled: no new head' },
  disconnected: { tone: 'bad', text: 'Connection lost' },
  failed: { tone: 'bad', text: 'Gave up' },
  stopped: undefined,
} as const satisfies Record<LightClientStatus['state'], LogLine | undefined>

/** What a change of status means, where it is worth a line: state, error, fork, finality. */
export function describeStatusChange(
  before: LightClientStatus | undefined,
  after: LightClientStatus,
): LogLine | undefined {
  if (after.error !== undefined && after.error.message !== before?.error?.message) {
    return { tone: 'bad', text: withoutCode(after.error) }
  }
  if (after.state !== before?.state) return stateLines[after.state]
  const fork = after.optimistic?.fork
  if (fork !== undefined && before?.optimistic !== undefined && before.optimistic.fork !== fork) {
    return { tone: 'good', text: `The chain is now on ${capitalise(fork)}` }
  }
  const finalized = after.finalized
  if (finalized !== undefined && finalized.slot !== before?.finalized?.slot) {
    return { tone: 'plain', text: `Finalized slot ${formatCount(finalized.slot)}` }
  }
  return undefined
}

/** A network event in words. */
export function describeEvent(event: NetworkEvent): LogLine {
  switch (event.type) {
    case 'peer:connected':
      return { tone: 'plain', text: `Peer ${shortId(event.peer.id)} connected` }
    case 'peer:disconnected':
      return { tone: 'plain', text: `Peer ${shortId(event.peer.id)} left: ${event.reason}` }
    case 'peer:banned':
      return { tone: 'bad', text: `Peer ${shortId(event.peerId)} banned: ${event.reason}` }
    case 'peer:discovered':
      return { tone: 'plain', text: `Heard of peer ${shortId(event.peerId)} by ${event.source}` }
    case 'bootstrap:completed':
      return event.connected
        ? { tone: 'plain', text: `${event.peers} of ${event.tried} peers tried after half a minute` }
        : { tone: 'bad', text: `None of ${event.tried} peers tried could be reached within half a minute` }
    case 'conflict':
      return {
        tone: 'bad',
        text: `Two ${event.kind} heads exclude each other: slots ${event.known.slot} and ${event.other.slot}`,
      }
    case 'gap':
      return {
        tone: 'plain',
        text: `No heads of slots ${event.fromSlot} to ${event.toSlot}: ${event.reason.replaceAll('_', ' ')}`,
      }
    case 'join:changed':
      return { tone: 'good', text: 'The join document names another bootnode now: dialing it' }
    case 'join:failed':
    case 'dial:failed':
    case 'validator:failed':
    case 'storage:failed':
      return { tone: 'bad', text: withoutCode(event.error) }
  }
}

function shortId(id: string): string {
  return shorten(id, 6, 8)
}
