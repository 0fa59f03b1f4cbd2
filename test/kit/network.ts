import { generateKeyPair } from '@libp2p/crypto/keys'
import { type GossipsubOpts, gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { PrivateKey } from '@libp2p/interface'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach } from 'vitest'
import {
  type Chain,
  createChain,
  epochOfSlot,
  forkDigestAtEpoch,
  forkDigestAtSlot,
  fromHex,
  type Hex,
  slotAtMs,
} from '../../src/chain/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import { withSafeSend } from '../../src/network/node/safe-muxer.ts'
import type { Network, NetworkOptions, NetworkStatus } from '../../src/network/types.ts'
import { createReqResp, protocols, type ReqResp, type StatusMessage } from '../../src/reqresp/index.ts'
import {
  encodeLightClientObject,
  type LightClientKind,
  type LightClientObject,
  lightClientForkAtSlot,
  lightClientTypes,
} from '../../src/ssz/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { compressBlock, messageId, topicString } from '../../src/wire/index.ts'

const TCP = '/ip4/127.0.0.1/tcp/0'
const WS = '/ip4/127.0.0.1/tcp/0/ws'
/** Listen addresses by transport. */
export const listenOn = { tcp: [TCP], ws: [WS] } as const

/** A minimal chain in Electra since genesis, which was an hour ago; with Fulu and a blob-parameter fork where asked for. */
export function testChain(
  options: { fuluEpoch?: number; blobEpoch?: number; genesisTimeMs?: number; root?: string } = {},
): Chain {
  const { fuluEpoch, blobEpoch, genesisTimeMs = Date.now() - 3_600_000, root = '42' } = options
  const chain = createChain(
    {
      PRESET_BASE: 'minimal',
      CONFIG_NAME: 'network-test',
      SECONDS_PER_SLOT: 6,
      GENESIS_FORK_VERSION: '0x00000001',
      ...Object.fromEntries(
        ['ALTAIR', 'BELLATRIX', 'CAPELLA', 'DENEB', 'ELECTRA'].flatMap((name, i) => [
          [`${name}_FORK_VERSION`, `0x0${i + 1}000001`],
          [`${name}_FORK_EPOCH`, 0],
        ]),
      ),
      ...(fuluEpoch === undefined ? {} : { FULU_FORK_VERSION: '0x06000001', FULU_FORK_EPOCH: fuluEpoch }),
      MAX_BLOBS_PER_BLOCK_ELECTRA: 9,
      ...(blobEpoch === undefined ? {} : { BLOB_SCHEDULE: [{ EPOCH: blobEpoch, MAX_BLOBS_PER_BLOCK: 15 }] }),
    },
    { genesisValidatorsRoot: `0x${root.repeat(32)}`, genesisTime: 1_700_000_000 },
  )
  return { ...chain, genesisTimeMs }
}

/** The slot under way. */
export function slotNow(chain: Chain, nowMs = Date.now()): number {
  return slotAtMs(chain, nowMs)
}

/** A light-client update of zeros but for its slots. */
export function updateAt<K extends 'finality_update' | 'optimistic_update'>(
  chain: Chain,
  kind: K,
  slot: number,
): LightClientObject<K> {
  const fork = lightClientForkAtSlot(chain, slot)
  const value = lightClientTypes(chain.preset)[fork][kind].defaultValue()
  value.attestedHeader.beacon.slot = slot
  value.signatureSlot = slot + 1
  return { kind, fork, value } as LightClientObject<K>
}

/** An object's payload as it goes over the wire. */
export function payloadOf(chain: Chain, object: LightClientObject<LightClientKind>): Uint8Array {
  return compressBlock(encodeLightClientObject(chain, object))
}

/** The topic string of a name under the digest of a slot. */
export function topicAt(chain: Chain, name: string, slot: number): string {
  return topicString(forkDigestAtSlot(chain, slot), name)
}

const cleanups: (() => Promise<unknown>)[] = []

/** Ends whatever tests of this file started, after each. */
export function cleanUpAfterEach(): void {
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map((end) => end()))
  })
}

/** Starts a network that ends with the test. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const network = await createNetwork(options)
  cleanups.push(network.stop)
  return network
}

/** Resolves with the first status for which the condition holds. */
export function untilStatus(network: Network, holds: (status: NetworkStatus) => boolean): Promise<NetworkStatus> {
  return new Promise((resolve) => {
    const unwatch = network.watchStatus((status) => {
      if (!holds(status)) return
      queueMicrotask(() => unwatch())
      resolve(status)
    })
  })
}

/** Resolves when so many peers count. */
export async function untilPeers(network: Network, count: number): Promise<void> {
  await untilStatus(network, ({ peers }) => peers === count)
}

/** The next event. */
export async function nextEvent<Event>(events: AsyncIterable<Event>): Promise<Event> {
  for await (const event of events) return event
  throw new Error('the events ended')
}

/** A Status for a chain, in the genesis form. */
export function genesisStatus(chain: Chain, digest?: Hex): StatusMessage {
  const epoch = epochOfSlot(chain, slotNow(chain))
  return {
    forkDigest: fromHex(digest ?? forkDigestAtEpoch(chain, epoch), 4),
    finalizedRoot: new Uint8Array(32),
    finalizedEpoch: 0,
    headRoot: new Uint8Array(32),
    headSlot: 0,
    earliestAvailableSlot: 0,
  }
}

/** A bare libp2p node with gossipsub, for tests to misbehave with. */
export interface BareNode {
  readonly libp2p: Awaited<ReturnType<typeof createBareLibp2p>>
  readonly reqresp: ReqResp & { stop(): Promise<void> }
  readonly peerId: string
  readonly address: string
  readonly privateKey: PrivateKey
  readonly goodbyes: number[]
  readonly statuses: StatusMessage[]
  /** Dials and sends a Status, as a dialer must. */
  greet(address: string): Promise<void>
  stop(): Promise<void>
}

function createBareLibp2p(privateKey: PrivateKey, listen: readonly string[], gossip: Partial<GossipsubOpts>) {
  return createLibp2p({
    privateKey,
    addresses: { listen: [...listen] },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(), mplex()].map(withSafeSend),
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictNoSign',
        msgIdFn: ({ topic, data }) => messageId(topic, data, 10 * 1024 * 1024),
        allowPublishToZeroTopicPeers: true,
        heartbeatInterval: 700,
        ...gossip,
      }),
    },
  })
}

/** Starts a bare node, which answers Status as given; without a status it answers none. */
export async function startBareNode(
  chain: Chain,
  options: {
    status?: StatusMessage | undefined | null
    listen?: readonly string[]
    privateKey?: PrivateKey
    gossip?: Partial<GossipsubOpts>
  } = {},
): Promise<BareNode> {
  const { status = genesisStatus(chain), listen = listenOn.tcp, gossip = {} } = options
  const privateKey = options.privateKey ?? (await generateKeyPair('secp256k1'))
  const libp2p = await createBareLibp2p(privateKey, listen, gossip)
  const goodbyes: number[] = []
  const statuses: StatusMessage[] = []
  const reqresp = createReqResp({
    libp2p,
    chain,
    clock: systemClock,
    selectPeer: () => undefined,
    onPenalty: () => {},
  })
  if (status !== null) {
    reqresp.serve(protocols.status, function* (request) {
      statuses.push(request)
      yield status
    })
  }
  reqresp.serve(protocols.ping, function* () {
    yield 0n
  })
  // biome-ignore lint/correctness/useYield: a goodbye has no answer
  reqresp.serve(protocols.goodbye, function* (code) {
    goodbyes.push(Number(code))
  })
  const peerId = libp2p.peerId.toString()
  async function stop(): Promise<void> {
    await reqresp.stop()
    await libp2p.stop()
  }
  cleanups.push(stop)
  return {
    libp2p,
    reqresp,
    peerId,
    privateKey,
    goodbyes,
    statuses,
    get address() {
      return libp2p.getMultiaddrs()[0]?.toString() ?? ''
    },
    async greet(address) {
      const connection = await libp2p.dial(multiaddr(address))
      await reqresp
        .request(protocols.status, status ?? genesisStatus(chain), { peer: connection.remotePeer.toString() })
        .single()
    },
    stop,
  }
}
