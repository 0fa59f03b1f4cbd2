import type { Chain } from '../../src/chain/index.ts'
import type { GossipValidator, Topic, Verdict } from '../../src/gossip/types.ts'
import type { LocalStatus, Network, NetworkEvent, NetworkStatus } from '../../src/network/types.ts'
import { createPeerScores } from '../../src/peers/scoring/peer-scores.ts'
import type { PeerInfo, PeerPenalty } from '../../src/peers/types.ts'
import { protocols } from '../../src/reqresp/index.ts'
import type { LightClientObject } from '../../src/ssz/index.ts'
import type { Clock } from '../../src/streams/clock.ts'
import { createWatchable } from '../../src/streams/watchable.ts'
import { createFakeReqResp, type RemotePeer } from './fake-reqresp.ts'

export type GossipedUpdate = LightClientObject<'finality_update' | 'optimistic_update'>

/** Who is reported what the client does to the network. */
export interface NetworkWitness {
  onLocalStatus(status: LocalStatus): void
  onForwarded(update: GossipedUpdate): void
  onBanned(peer: RemotePeer, reason: string): void
  onEvent(event: NetworkEvent): void
}

/** A network in memory: peers with latencies answer and gossip, scores and bans are the real ones. */
export interface FakeNetwork {
  readonly network: Network
  /** True when it counts from now on: neither banned nor connected before. */
  connect(peer: RemotePeer): boolean
  disconnect(peer: RemotePeer): void
  isConnected(peer: RemotePeer): boolean
  /** Hands over a message as gossipsub does: once for each id, to the topic's validator. */
  gossip(peer: RemotePeer, id: string, update: GossipedUpdate): void
  scoreOf(peer: RemotePeer): number
}

const offered = [
  protocols.lightClientBootstrap,
  protocols.lightClientUpdatesByRange,
  protocols.lightClientFinalityUpdate,
  protocols.lightClientOptimisticUpdate,
].map(({ id }) => id)

const topicOf = ({ kind }: GossipedUpdate): string => `light_client_${kind}`

export function createFakeNetwork(chain: Chain, clock: Clock, witness: NetworkWitness): FakeNetwork {
  const scores = createPeerScores(clock)
  const connected = new Map<
    string,
    { readonly peer: RemotePeer; readonly view: PeerInfo; readonly gone: AbortController }
  >()
  const validators = new Map<string, GossipValidator<GossipedUpdate>>()
  const subscribed = new Map<string, number>()
  const seen = new Set<string>()
  const views = createWatchable<readonly PeerInfo[]>([])
  const status = createWatchable<NetworkStatus>({ state: 'connecting', peers: 0 })

  function tell(): void {
    const peers = connected.size
    status.set({ state: peers > 0 ? 'connected' : 'disconnected', peers })
    views.set(current())
  }

  function current(): PeerInfo[] {
    return [...connected.values()].map(({ peer, view }) => ({ ...view, score: scores.scoreOf(peer.id) }))
  }

  function leave(id: string): void {
    connected.get(id)?.gone.abort()
    if (connected.delete(id)) tell()
  }

  function report(id: string, penalty: PeerPenalty, reason: string): void {
    const untilMs = scores.lower(id, penalty)
    if (untilMs === undefined) return
    const known = connected.get(id)
    if (known !== undefined) witness.onBanned(known.peer, reason)
    leave(id)
  }

  const reqresp = createFakeReqResp({
    chain,
    clock,
    report,
    peers: current,
    find: (id) => connected.get(id),
  })

  async function judge(peer: RemotePeer, update: GossipedUpdate): Promise<void> {
    const topic = topicOf(update)
    const validator = validators.get(topic)
    if (validator === undefined || !subscribed.get(topic) || !connected.has(peer.id)) return
    const context = { from: peer.id, forkDigest: '0x00000000', fork: 'fulu', receivedAtMs: clock.now() } as const
    const verdict: Verdict = await validator(update, context)
    if (verdict === 'accept') {
      scores.raise(peer.id, 0.1)
      witness.onForwarded(update)
    } else if (verdict === 'reject') report(peer.id, 'low-tolerance', `invalid message on ${topic}`)
  }

  const network = {
    chain,
    clock,
    peerId: 'self',
    addresses: [],
    storage: undefined,
    reqresp: { request: reqresp, serve: () => () => {} },
    gossip: {
      validate(topic: Topic<GossipedUpdate>, validator: GossipValidator<GossipedUpdate>) {
        validators.set(topic.name, validator)
        return () => void validators.delete(topic.name)
      },
      subscribe(topic: Topic<GossipedUpdate>) {
        subscribed.set(topic.name, (subscribed.get(topic.name) ?? 0) + 1)
        return { stop: () => void subscribed.set(topic.name, (subscribed.get(topic.name) ?? 1) - 1) }
      },
    },
    get status() {
      return status.value
    },
    get peers() {
      return current()
    },
    watchStatus: (callback: (value: NetworkStatus) => void) => status.watch(callback),
    watchConnections: () => () => {},
    watchPeers: (callback: (value: readonly PeerInfo[]) => void) => views.watch(callback),
    report,
    disconnect: async (id: string) => leave(id),
    pathOf: (id: string) => connected.get(id)?.peer.path ?? id,
    check: async () => {},
    clockSkew: () => undefined,
    noteHead: () => {},
    setStatus: witness.onLocalStatus,
    emit: witness.onEvent,
  } as unknown as Network

  return {
    network,
    connect(peer) {
      if (connected.has(peer.id) || scores.bannedUntilMs(peer.id) !== undefined) return false
      const nowMs = clock.now()
      const view: PeerInfo = {
        id: peer.id,
        state: 'connected',
        address: `/ip4/127.0.0.1/tcp/9000/p2p/${peer.id}`,
        direction: 'outbound',
        persistent: false,
        protocols: offered,
        score: 0,
        connectedAtMs: nowMs,
        seenAtMs: nowMs,
        latencyMs: peer.roundTripMs,
      }
      connected.set(peer.id, { peer, view, gone: new AbortController() })
      tell()
      return true
    },
    disconnect: (peer) => leave(peer.id),
    isConnected: (peer) => connected.has(peer.id),
    gossip(peer, id, update) {
      const topic = topicOf(update)
      // Gossipsub keeps what it saw only of topics that it has joined.
      if (!subscribed.get(topic) || !connected.has(peer.id) || seen.has(id)) return
      seen.add(id)
      void judge(peer, update)
    },
    scoreOf: (peer) => scores.scoreOf(peer.id),
  }
}
