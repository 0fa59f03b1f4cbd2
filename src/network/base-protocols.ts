import { type Chain, fromHex, type Hex, toHex } from '../chain/index.ts'
import { digestAtMs, type PeerManager, type PeerRequests, type RemoteStatus } from '../peers/index.ts'
import { protocols, type ReqResp, type StatusMessage } from '../reqresp/index.ts'
import { attestationSubnetCount, BitArray } from '../ssz/index.ts'
import type { Clock } from '../streams/clock.ts'
import type { LocalStatus } from './types.ts'

const ROOT_BYTES = 32

/** What Status tells before anything is verified: nothing is finalized, the head is the chain's beginning. */
const genesisStatus: LocalStatus = {
  finalizedRoot: new Uint8Array(ROOT_BYTES),
  finalizedEpoch: 0,
  headRoot: new Uint8Array(ROOT_BYTES),
  headSlot: 0,
  earliestAvailableSlot: 0,
}

/** Our own Status, as it stands. */
export interface LocalStatusStore {
  readonly value: LocalStatus
  set(status: LocalStatus): void
  message(): StatusMessage
  finality(): { readonly finalizedEpoch: number; readonly finalizedRoot: Hex }
}

/** Creates our Status in its genesis form. */
export function createLocalStatusStore(chain: Chain, clock: Clock): LocalStatusStore {
  let value = genesisStatus
  return {
    get value() {
      return value
    },
    set(status) {
      value = status
    },
    message: () => ({ ...value, forkDigest: fromHex(digestAtMs(chain, clock.now()), 4) }),
    finality: () => ({ finalizedEpoch: value.finalizedEpoch, finalizedRoot: toHex(value.finalizedRoot) }),
  }
}

/** The requests that the peer manager makes. */
export function createPeerRequests(reqresp: () => ReqResp, own: LocalStatusStore): PeerRequests {
  return {
    async exchangeStatus(peer, signal) {
      // A connection begins with Status, however many came before it; the refreshes have their own rhythm.
      const options = { peer, signal, skipRateLimit: true, priority: 'high' } as const
      return remoteStatusOf(await reqresp().request(protocols.status, own.message(), options).single())
    },
    ping(peer, signal) {
      // Beacon nodes give up on an answer after five to ten seconds, too.
      // A probe must not wait for a hold-off: that would look like a dead connection.
      const limits = {
        openStreamTimeoutMs: 5_000,
        firstByteTimeoutMs: 5_000,
        skipRateLimit: true,
        priority: 'high',
      } as const
      return reqresp()
        .request(protocols.ping, 0n, { peer, signal, ...limits })
        .single()
    },
    async requestMetadata(peer, signal) {
      const asked = reqresp().request(protocols.metadata, undefined, { peer, signal })
      const { seqNumber, attnets, syncnets, custodyGroupCount } = await asked.single()
      return {
        sequenceNumber: Number(seqNumber),
        attnets: attnets.getTrueBitIndexes(),
        ...(syncnets && { syncnets: syncnets.getTrueBitIndexes() }),
        ...(custodyGroupCount !== undefined && { custodyGroupCount: Number(custodyGroupCount) }),
      }
    },
    async sendGoodbye(peer, code, signal) {
      await reqresp().request(protocols.goodbye, BigInt(code), { peer, signal }).completed
    },
  }
}

/** What every beacon node answers. */
export const baseProtocols: ReadonlySet<unknown> = new Set([
  protocols.status,
  protocols.ping,
  protocols.metadata,
  protocols.goodbye,
])

/** Answers what every beacon node asks: Status, Ping, MetaData and Goodbye (phase0/p2p-interface.md). */
export function serveBaseProtocols(reqresp: ReqResp, peers: PeerManager, own: LocalStatusStore): void {
  reqresp.serve(protocols.status, function* (request, { peer }) {
    peers.onStatus(peer, remoteStatusOf(request))
    yield own.message()
  })
  reqresp.serve(protocols.ping, function* (sequence, { peer }) {
    peers.onMetadataSequence(peer, sequence)
    yield 0n
  })
  // On no subnet, ever: the sequence number stays, and peers have nothing to ask again.
  reqresp.serve(protocols.metadata, function* () {
    yield { seqNumber: 0n, attnets: BitArray.fromBitLen(attestationSubnetCount) }
  })
  reqresp.serve(protocols.goodbye, function* (code, { peer }) {
    peers.onGoodbye(peer, Number(code))
    // The specification has an answer of one chunk, and no word on what it says. Hardly anybody waits for it.
    yield code
  })
}

function remoteStatusOf(status: StatusMessage): RemoteStatus {
  const { finalizedEpoch, headSlot, earliestAvailableSlot } = status
  return {
    forkDigest: toHex(status.forkDigest),
    finalizedRoot: toHex(status.finalizedRoot),
    finalizedEpoch,
    headRoot: toHex(status.headRoot),
    headSlot,
    ...(earliestAvailableSlot === undefined ? {} : { earliestAvailableSlot }),
  }
}
