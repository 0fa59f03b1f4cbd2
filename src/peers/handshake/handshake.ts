import type { IdentifyResult, PeerUpdate } from '@libp2p/interface'
import { escapeText, LamparaError, messageOf } from '../../errors/index.ts'
import { delay } from '../../streams/abort.ts'
import type { Disconnector } from '../connections/disconnect.ts'
import { nextState, type PeerStep } from '../manager/lifecycle.ts'
import type { PeerManagerOptions } from '../manager/options.ts'
import type { PeerRecord } from '../manager/peer-record.ts'
import type { PeerRegistry } from '../manager/peer-registry.ts'
import type { PeerInfo, RemoteStatus } from '../types.ts'
import { CLIENT_SHUTDOWN } from './goodbye.ts'
import { checkRelevance } from './relevance.ts'

/** A dialer is to send its Status within a second; slow ones are asked for it after this. */
const INBOUND_STATUS_MS = 5_000
/** How long a peer that greeted may take to tell what it serves. */
const IDENTIFY_MS = 2_000
/** The agent is an unknown peer's words, to be shown on pages. */
const MAX_AGENT_LENGTH = 128

/** What meeting peers needs. */
export interface HandshakeOptions
  extends Pick<PeerManagerOptions, 'chain' | 'clock' | 'requests' | 'ownFinality' | 'onEvent'> {
  /** Takes note of a head as evidence of the time. */
  noteHead(peer: PeerInfo, headSlot: number): void
  readonly registry: PeerRegistry
  readonly disconnect: Disconnector['disconnect']
  onReady(peer: PeerRecord): void
}

/** Brings peers from a connection to ready, and handles their later Status and identify messages. */
export interface Handshake {
  /** Exchanges Status with a peer whose connection has just opened; disconnects it when that fails. */
  startHandshake(peer: PeerRecord): void
  onStatus(peerId: string, status: RemoteStatus): void
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
  const { chain, clock, requests, registry, disconnect } = options

  async function exchangeStatus(peer: PeerRecord): Promise<void> {
    const { signal } = peer.abortController
    if (peer.connection.direction === 'inbound') await delay(INBOUND_STATUS_MS, { clock, signal })
    if (peer.status !== undefined) return
    onStatus(peer.id, await requests.exchangeStatus(peer.id, signal))
  }

  function step(peer: PeerRecord, event: PeerStep): void {
    const before = peer.state
    peer.state = nextState(before, event)
    if (peer.state !== 'ready' || before === 'ready') return
    peer.readyAtMs = clock.now()
    registry.changed(peer)
    peer.ready.resolve()
    options.onEvent({ type: 'peer:connected', peer: registry.infoOf(peer) })
    options.onReady(peer)
  }

  function onStatus(peerId: string, status: RemoteStatus): void {
    const peer = registry.get(peerId)
    if (peer === undefined || peer.state === 'disconnecting') return
    const why = checkRelevance(chain, clock.now(), options.ownFinality(), status)
    // A peer of another network says nothing of the time, nor does a light client's Status of how far heads are behind.
    if (why?.code !== 'irrelevant_network' && (why !== undefined || !isLightClients(status))) {
      options.noteHead(registry.infoOf(peer), status.headSlot)
    }
    if (why !== undefined) {
      const { code, reason } = why
      peer.failure = new LamparaError(code, `Cannot keep ${peerId}: ${reason}`, { details: { peerId } })
      disconnect(peer, CLIENT_SHUTDOWN, code === 'clock_skewed' ? reason : `another network: ${reason}`).catch(() => {})
      return
    }
    peer.status = status
    step(peer, 'status-accepted')
    if (peer.state === 'ready') registry.changed(peer)
    else if (peer.state === 'status-accepted') {
      delay(IDENTIFY_MS, { clock, signal: peer.abortController.signal }).then(
        () => step(peer, 'identified'),
        () => {},
      )
    }
  }

  return {
    startHandshake(peer) {
      exchangeStatus(peer).catch((thrown) => {
        if (peer.state === 'disconnecting' || registry.get(peer.id) !== peer) return
        peer.failure = LamparaError.from(thrown, 'dial_failed', `Cannot greet ${peer.id}`)
        disconnect(peer, CLIENT_SHUTDOWN, `handshake failed: ${messageOf(thrown)}`).catch(() => {})
      })
    },
    onStatus,
    onIdentify({ detail }) {
      const peer = registry.get(detail.peerId.toString())
      if (peer === undefined) return
      peer.protocols = detail.protocols
      if (detail.agentVersion !== undefined) peer.agent = escapeText(detail.agentVersion.slice(0, MAX_AGENT_LENGTH))
      if (peer.state === 'ready') registry.changed(peer)
      else step(peer, 'identified')
    },
    onUpdate({ detail }) {
      const peer = registry.get(detail.peer.id.toString())
      if (peer === undefined || peer.protocols.length === 0) return
      const { protocols } = detail.peer
      if (protocols.length === peer.protocols.length && protocols.every((id) => peer.protocols.includes(id))) return
      peer.protocols = [...protocols]
      registry.changed(peer)
    },
  }
}
