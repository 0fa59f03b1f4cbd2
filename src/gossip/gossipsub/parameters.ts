import type { GossipsubOpts } from '@libp2p/gossipsub'
import type { Chain } from '../../chain/index.ts'
import type { ColocationScoring, GossipRole } from '../types.ts'
import { maxOutboundBytes } from './payload-bounds.ts'
import { scoreParameters, scoreThresholds } from './score-parameters.ts'

const MIB = 1024 * 1024
/** Seen ids are kept at least this long, however short a test chain's epochs are. */
const MIN_SEEN_MS = 60_000

// Every message that a relay's clients send is a control message, or one light-client update.
export const maxInboundBytes = { peer: 4 * MIB, relay: MIB / 4 } as const

const meshOf = {
  // phase0/p2p-interface.md, "Gossipsub v1.1 parameters".
  peer: { D: 8, Dlo: 6, Dhi: 12, Dscore: 4, Dout: 2, Dlazy: 6, gossipFactor: 0.25 },
  // A mesh of twelve among thousands of listeners only costs: they all get what is published, at once.
  relay: { D: 0, Dlo: 0, Dhi: 0, Dscore: 0, Dout: 0, Dlazy: 0, gossipFactor: 0 },
} as const

/** Gossipsub as the beacon chain runs it (phase0/p2p-interface.md), with bounds on whatever a peer can make grow. */
export function gossipParameters(
  chain: Chain,
  role: GossipRole,
  scoreOf: (peerId: string) => number,
  colocation?: ColocationScoring,
): Partial<GossipsubOpts> {
  const epochMs = chain.slotDurationMs * chain.preset.slotsPerEpoch
  return {
    globalSignaturePolicy: 'StrictNoSign',
    // Gossipsub 17's policy overlooks an author alone, and would forward it, for which honest peers blame us. Nothing but this sees
    // a message before the policy is applied; a key is what makes it refuse, at the sender's cost. No ids are made here.
    fastMsgIdFn(message) {
      if (message.from != null) message.key ??= message.from
      return undefined as never
    },
    fallbackToFloodsub: false,
    emitSelf: false,
    doPX: false,
    ...meshOf[role],
    maxInboundDataLength: maxInboundBytes[role],
    maxOutboundBufferSize: maxOutboundBytes[role],
    heartbeatInterval: 700,
    fanoutTTL: 60_000,
    // Longer than gossipsub's 10 s: to some nodes any leave lasts the minute of a prune, and who is back sooner is punished.
    unsubcribeBackoff: 60_000,
    mcacheLength: 6,
    mcacheGossip: 3,
    seenTTL: Math.max(2 * epochMs, MIN_SEEN_MS),
    // What we publish goes to everyone who listens: a star's leaves are outside any mesh.
    floodPublish: true,
    batchPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxTopicBytesPerPeer: MIB / 4,
    decodeRpcLimits: {
      maxSubscriptions: 512,
      maxMessages: 512,
      maxIhaveMessageIDs: 5000,
      maxIwantMessageIDs: 5000,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: 1000,
      maxPeerInfos: 16,
    },
    scoreParams: scoreParameters(chain, role, scoreOf, colocation),
    scoreThresholds,
  }
}
