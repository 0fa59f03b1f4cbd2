import { setTimeout } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import { type Chain, createChain, fromHex } from '../../src/chain/index.ts'
import { createReqResp, type Protocol, type ReqResp, type ReqRespOptions } from '../../src/reqresp/index.ts'
import {
  type LightClientKind,
  type LightClientObject,
  lightClientForkAtSlot,
  lightClientTypes,
} from '../../src/ssz/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { encodeChunk } from '../../src/wire/index.ts'
import type { Responder } from './fault-peers.ts'
import { createLibp2pPair } from './libp2p-pair.ts'

/** A chain with every fork ten epochs after the other, and a blob-parameter fork at the end. */
export const testChain: Chain = createChain(
  {
    PRESET_BASE: 'minimal',
    CONFIG_NAME: 'reqresp-test',
    SECONDS_PER_SLOT: 6,
    GENESIS_FORK_VERSION: '0x00000001',
    ALTAIR_FORK_VERSION: '0x01000001',
    ALTAIR_FORK_EPOCH: 10,
    BELLATRIX_FORK_VERSION: '0x02000001',
    BELLATRIX_FORK_EPOCH: 20,
    CAPELLA_FORK_VERSION: '0x03000001',
    CAPELLA_FORK_EPOCH: 30,
    DENEB_FORK_VERSION: '0x04000001',
    DENEB_FORK_EPOCH: 40,
    ELECTRA_FORK_VERSION: '0x05000001',
    ELECTRA_FORK_EPOCH: 50,
    FULU_FORK_VERSION: '0x06000001',
    FULU_FORK_EPOCH: 60,
    MAX_BLOBS_PER_BLOCK_ELECTRA: 9,
    BLOB_SCHEDULE: [{ EPOCH: 70, MAX_BLOBS_PER_BLOCK: 15 }],
  },
  { genesisValidatorsRoot: `0x${'42'.repeat(32)}`, genesisTime: 1_700_000_000 },
)

/** A light-client object of zeros but for the slot that decides its fork. */
export function objectAtSlot<K extends LightClientKind>(kind: K, slot: number): LightClientObject<K> {
  const fork = lightClientForkAtSlot(testChain, slot)
  const value = lightClientTypes(testChain.preset)[fork][kind].defaultValue()
  const header = 'header' in value ? value.header : value.attestedHeader
  header.beacon.slot = slot
  return { kind, fork, value } as LightClientObject<K>
}

/** An answer's chunk as bytes, as the protocol serves it. */
export function chunkBytes<Request, Response>(
  protocol: Protocol<Request, Response>,
  response: Response,
  chain: Chain = testChain,
): Uint8Array {
  if (!protocol.digestOf) return encodeChunk(protocol.response({ chain }).encode(response))
  const forkDigest = protocol.digestOf(response, chain)
  return encodeChunk(protocol.response({ chain, forkDigest, fork: 'electra' }).encode(response), fromHex(forkDigest, 4))
}

/** Beyond the time for which a finished stream may linger. */
const QUIET_WITHIN_MS = 5_000

/** One report of a peer's fault. */
export type Report = readonly [offence: string, reason: string]

/** Two nodes: one asks, the other answers, each with the behaviour under test. */
export interface ReqRespPair {
  readonly asker: ReqResp & { stop(): Promise<void> }
  readonly responder: ReqResp & { stop(): Promise<void> }
  /** Peer id of the one that answers. */
  readonly peer: string
  /** Peer id of the one that asks. */
  readonly askerId: string
  /** What the asker reported of the responder. */
  readonly penalties: Report[]
  /** The methods that the asker saw answered in full. */
  readonly served: string[]
  /** What the responder reported of the asker. */
  readonly inboundOffences: Report[]
  readonly nodes: { readonly asker: Libp2p; readonly responder: Libp2p }
  /** Answers a protocol id by hand; the requester's bytes are discarded. */
  misbehave(protocolId: string, behaviour: Responder, chunks?: readonly Uint8Array[]): Promise<void>
  /** Resolves when neither side has a stream left. */
  quiet(): Promise<void>
  stop(): Promise<void>
}

/** Options of `createReqRespPair()`. */
export interface ReqRespPairOptions extends Partial<Pick<ReqRespOptions, 'chain' | 'clock' | 'selectPeer'>> {
  readonly muxer?: 'yamux' | 'mplex'
  /** Keeps the methods' pace, which would have most tests wait. @default false */
  readonly paced?: boolean
}

/** Starts two nodes on the loopback, connects them and gives each the behaviour. */
export async function createReqRespPair(options: ReqRespPairOptions = {}): Promise<ReqRespPair> {
  const { muxer = 'yamux', chain = testChain, clock = systemClock, selectPeer, paced = false } = options
  const { dialer, listener, stop } = await createLibp2pPair({ muxer })
  const peer = listener.peerId.toString()
  const penalties: Report[] = []
  const inboundOffences: Report[] = []
  const served: string[] = []
  const reqresp = createReqResp({
    libp2p: dialer,
    chain,
    clock,
    selectPeer: selectPeer ?? ((_, { exclude }) => (exclude.has(peer) ? undefined : peer)),
    onPenalty: (_, penalty, reason) => penalties.push([penalty, reason]),
    onServed: (_, { name }) => served.push(name),
  })
  const asker: ReqRespPair['asker'] = paced
    ? reqresp
    : {
        ...reqresp,
        request: (protocol, request, own = {}) => reqresp.request(protocol, request, { skipRateLimit: true, ...own }),
      }
  const responder = createReqResp({
    libp2p: listener,
    chain,
    clock,
    selectPeer: () => undefined,
    onPenalty: (_, penalty, reason) => inboundOffences.push([penalty, reason]),
  })
  return {
    asker,
    responder,
    peer,
    askerId: dialer.peerId.toString(),
    penalties,
    served,
    inboundOffences,
    nodes: { asker: dialer, responder: listener },
    async misbehave(protocolId, behaviour, chunks = []) {
      const handler = (stream: Stream): void => {
        stream.addEventListener('message', () => {})
        Promise.resolve(behaviour(stream, chunks)).catch(() => {})
      }
      await listener.handle(protocolId, handler, { force: true })
    },
    async quiet() {
      const sinceMs = Date.now()
      while (openStreams(dialer) + openStreams(listener) > 0) {
        if (Date.now() - sinceMs > QUIET_WITHIN_MS) throw new Error(`${openStreams(dialer)} streams are left open`)
        await setTimeout(5)
      }
    },
    async stop() {
      await Promise.all([asker.stop(), responder.stop()])
      await stop()
    },
  }
}

/** Streams of all protocols that a node has open. */
export function openStreams(node: Libp2p): number {
  return node.getConnections().reduce((total, { streams }) => total + streams.length, 0)
}
