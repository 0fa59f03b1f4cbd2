import type { GossipsubOpts } from '@libp2p/gossipsub'
import { type Chain, forkDigests } from '../../chain/index.ts'
import { topicString } from '../../wire/index.ts'
import { lightClientFinalityUpdate, lightClientOptimisticUpdate } from '../topics/light-client-topics.ts'
import type { ColocationScoring, GossipRole } from '../types.ts'

type ScoreParameters = NonNullable<GossipsubOpts['scoreParams']>
type TopicParameters = NonNullable<ScoreParameters['topics']>[string]

/** At which score gossip, publishing to and hearing from a peer end. Our own ban comes long before. */
export const scoreThresholds: GossipsubOpts['scoreThresholds'] = {
  gossipThreshold: -4000,
  publishThreshold: -8000,
  graylistThreshold: -16_000,
  // Peers name each other when they prune. Gossipsub 17 would put them into libp2p's store, which nothing bounds, and dial them
  // itself, those without a signed record, too; a failed dial ends what else the message told. So: beyond what any score can be.
  acceptPXThreshold: Number.MAX_SAFE_INTEGER,
  opportunisticGraftThreshold: 5,
}

// First deliveries are rewarded and junk costs; a peer that forwards nothing is not punished, since a light client's
// peers may rightly have nothing new.
const lightClientTopic: TopicParameters = {
  topicWeight: 0.5,
  timeInMeshWeight: 0.03,
  timeInMeshQuantum: 12_000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 2,
  firstMessageDeliveriesDecay: 0.97,
  firstMessageDeliveriesCap: 20,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.97,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 2000,
  meshMessageDeliveriesActivation: 60_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.97,
  invalidMessageDeliveriesWeight: -200,
  invalidMessageDeliveriesDecay: 0.99,
}

// Listeners share addresses: homes, offices, a proxy in front. They also reload, which looks like grafting too soon.
const ofRole = {
  peer: { IPColocationFactorWeight: -5, behaviourPenaltyWeight: -15.88, retainScore: 3_600_000 },
  relay: { IPColocationFactorWeight: 0, behaviourPenaltyWeight: 0, retainScore: 60_000 },
} as const

/**
 * How gossipsub scores peers. Our own score goes in as it is; parameters of a topic can only be given at construction,
 * so the two light-client topics have theirs for every digest that the chain will have.
 */
export function scoreParameters(
  chain: Chain,
  role: GossipRole,
  scoreOf: (peerId: string) => number,
  colocation?: ColocationScoring,
): Partial<ScoreParameters> {
  const scoring = {
    topics: Object.fromEntries(
      forkDigests(chain).flatMap(({ digest }) =>
        [lightClientFinalityUpdate, lightClientOptimisticUpdate].map(({ name }) => [
          topicString(digest, name),
          lightClientTopic,
        ]),
      ),
    ),
    topicScoreCap: 50,
    appSpecificScore: scoreOf,
    appSpecificWeight: 1,
    ...ofRole[role],
    IPColocationFactorThreshold: 10,
    // Anyone who is on this machine is no unknown peer.
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
    // Above what a peer gathers that grafts us for a lazy topic again and again, each time once its backoff is over.
    behaviourPenaltyThreshold: 40,
    behaviourPenaltyDecay: 0.9857,
    decayInterval: 12_000,
    decayToZero: 0.01,
  }
  return colocation === undefined ? scoring : { ...scoring, ...colocationParameters(chain, colocation) }
}

function colocationParameters(
  { slotDurationMs, preset }: Chain,
  { threshold, weight, retainEpochs }: ColocationScoring,
): Partial<ScoreParameters> {
  return {
    IPColocationFactorThreshold: threshold,
    IPColocationFactorWeight: weight,
    // Whoever asks for this wants to see it on one machine.
    IPColocationFactorWhitelist: new Set(),
    retainScore: retainEpochs * preset.slotsPerEpoch * slotDurationMs,
  }
}
