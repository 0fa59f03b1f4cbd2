import type { IdentifyResult, PeerUpdate } from '@libp2p/interface'
import { LamparaError, messageOf } from '../errors/index.ts'
import { delay } from '../streams/abort.ts'
import type { ConnectedPeer } from './connected-peer.ts'
import { CLIENT_SHUTDOWN } from './goodbye.ts'
import type { Leaving } from './leaving.ts'
import { nextState, type PeerStep } from './lifecycle.ts'
import type { PeersOptions } from './options.ts'
import { irrelevance } from './relevance.ts'
import type { Roster } from './roster.ts'
import type { PeerView, RemoteStatus } from './types.ts'

/** A dialer is to send its Status within a second; slow ones are asked for it after this. */
const INBOUND_STATUS_MS = 5_000
/** How long a peer that greeted may take to tell what it serves. */
const IDENTIFY_MS = 2_000
/** The agent is a stranger's words, to be shown on pages. */
const MAX_AGENT_LENGTH = 128

/** What meeting peers needs. */
export interface HandshakeOptions extends Pick<PeersOptions, 'chain' | 'clock' | 'wire' | 'ownFinality' | 'onEvent'> {
  /** Takes note of a head as evidence of the time. */
  noteHead(peer: PeerView, headSlot: number): void
  readonly roster: Roster
  readonly leave: Leaving['leave']
  onCounted(peer: ConnectedPeer): void
}

/** Brings peers from a connection to counting, and takes later news of them. */
export interface Handshake {
  /** Exchanges Status with a peer whose connection has just opened; leaves it when that fails. */
  meet(peer: ConnectedPeer): void
  takeStatus(peerId: string, status: RemoteStatus): void
  onIdentify(event: CustomEvent<IdentifyResult>): void
  /** Later news of the protocols: what a peer serves changes while it runs. */
  onUpdate(event: CustomEvent<PeerUpdate>): void
}

/** True for a Status that tells nothing newer than what is final, as light clients do. */
function isLightClients({ headRoot, finalizedRoot, headSlot }: RemoteStatus): boolean {
  return headSlot === 0 || headRoot === finalizedRoot
}

/** Creates the handshake of Status and identify. */
export function createHandshake(options: HandshakeOptions): Handshake {
  const { chain, clock, wire, roster, leave } = options

  async function greet(peer: ConnectedPeer): Promise<void> {
    const { signal } = peer.life
    if (peer.connection.direction === 'inbound') await delay(INBOUND_STATUS_MS, { clock, signal })
    if (peer.status !== undefined) return
    takeStatus(peer.id, await wire.exchangeStatus(peer.id, signal))
  }

  function step(peer: ConnectedPeer, how: PeerStep): void {
    const before = peer.state
    peer.state = nextState(before, how)
    if (peer.state !== 'counted' || before === 'counted') return
    peer.countedAtMs = clock.now()
    roster.changed(peer)
    peer.settled.resolve()
    options.onEvent({ type: 'peer:connected', peer: roster.viewed(peer) })
    options.onCounted(peer)
  }

  function takeStatus(peerId: string, status: RemoteStatus): void {
    const peer = roster.get(peerId)
    if (peer === undefined || peer.state === 'leaving') return
    const why = irrelevance(chain, clock.now(), options.ownFinality(), status)
    // A peer of another network says nothing of the time, nor does a light client's Status of how far heads are behind.
    if (why?.code !== 'irrelevant_network' && (why !== undefined || !isLightClients(status))) {
      options.noteHead(roster.viewed(peer), status.headSlot)
    }
    if (why !== undefined) {
      const { code, reason } = why
      peer.failure = new LamparaError(code, `Cannot keep ${peerId}: ${reason}`, { details: { peerId } })
      leave(peer, CLIENT_SHUTDOWN, code === 'clock_skewed' ? reason : `another network: ${reason}`).catch(() => {})
      return
    }
    peer.status = status
    step(peer, 'matched')
    if (peer.state === 'counted') roster.changed(peer)
    else if (peer.state === 'matched') {
      delay(IDENTIFY_MS, { clock, signal: peer.life.signal }).then(
        () => step(peer, 'identified'),
        () => {},
      )
    }
  }

  return {
    meet(peer) {
      greet(peer).catch((thrown) => {
        if (peer.state === 'leaving' || roster.get(peer.id) !== peer) return
        peer.failure = LamparaError.from(thrown, 'dial_failed', `Cannot greet ${peer.id}`)
        leave(peer, CLIENT_SHUTDOWN, `the greeting failed: ${messageOf(thrown)}`).catch(() => {})
      })
    },
    takeStatus,
    onIdentify({ detail }) {
      const peer = roster.get(detail.peerId.toString())
      if (peer === undefined) return
      peer.protocols = detail.protocols
      if (detail.agentVersion !== undefined) peer.agent = detail.agentVersion.slice(0, MAX_AGENT_LENGTH)
      if (peer.state === 'counted') roster.changed(peer)
      else step(peer, 'identified')
    },
    onUpdate({ detail }) {
      const peer = roster.get(detail.peer.id.toString())
      if (peer === undefined || peer.protocols.length === 0) return
      const { protocols } = detail.peer
      if (protocols.length === peer.protocols.length && protocols.every((id) => peer.protocols.includes(id))) return
      peer.protocols = [...protocols]
      roster.changed(peer)
    },
  }
}
