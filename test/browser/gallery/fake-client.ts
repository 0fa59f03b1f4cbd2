import type { Clock, Head, LightClient, LightClientStatus, Network, NetworkEvent, PeerInfo } from 'lampara'
import { LamparaError, mainnet } from 'lampara'

/** What a scene shows: the client's last word, and what it said before. */
export interface Scene {
  readonly status: LightClientStatus
  readonly peers: readonly PeerInfo[]
  /** Optimistic heads that came while following, oldest first. */
  readonly heads: readonly Head[]
  readonly events: readonly NetworkEvent[]
}

/** The gallery's present: the moment at which all scenes begin. */
export const galleryNowMs = mainnet.genesisTimeMs + 14_018_021 * 12_000 + 4_700

/** Enough of a light client for the page, which plays one scene and then holds still. Test code only. */
export function fakeClient(scene: Scene): LightClient {
  const refuse = (): never => {
    throw new LamparaError('internal', 'The gallery has no network')
  }
  const openedAtMs = Date.now()
  const clock: Clock = { now: () => galleryNowMs + Date.now() - openedAtMs, setTimer: () => () => {} }
  const network = {
    chain: mainnet,
    clock,
    peerId: '16Uiu2HAmGallery',
    addresses: [],
    get gossip() {
      return refuse()
    },
    get metrics() {
      return refuse()
    },
    get meter() {
      return refuse()
    },
    get reqresp() {
      return refuse()
    },
    status: { state: 'connected', peers: scene.peers.length },
    peers: scene.peers,
    watchStatus: refuse,
    watchConnections: () => () => {},
    watchPeers(callback) {
      callback(scene.peers)
      return () => {}
    },
    events: (_types, options) => held(scene.events as readonly never[], options?.signal),
    connect: async () => refuse(),
    disconnect: async () => refuse(),
    report: refuse,
    refuseInbound: refuse,
    samplePeers: () => [],
    pathOf: (peerId) => peerId,
    allPeers: () => scene.peers,
    emit: refuse,
    enr: async () => refuse(),
    check: async () => refuse(),
    clockSkew: () => undefined,
    noteHead: () => {},
    setStatus: refuse,
    handleStreams: async () => refuse(),
    stop: async () => {},
  } satisfies Network
  return {
    chain: mainnet,
    network,
    status: scene.status,
    heads: ((options) => held(scene.heads, options?.signal)) as LightClient['heads'],
    watchStatus(callback) {
      callback({ ...scene.status, state: 'following' })
      // Heads are delivered in microtasks: the scene's own state comes after them.
      setTimeout(() => callback(scene.status), 30)
      return () => {}
    },
    watchVerified: () => () => {},
    ready: async () => refuse(),
    stop: async () => {},
  }
}

async function* held<T>(values: readonly T[], signal: AbortSignal | undefined): AsyncGenerator<T> {
  yield* values
  await new Promise((resolve) => signal?.addEventListener('abort', resolve))
}
