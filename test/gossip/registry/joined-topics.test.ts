import { expect, it } from 'vitest'
import { forkDigests, slotStartMs, startSlotOfEpoch } from '../../../src/chain/index.ts'
import { createGossipsubConfig } from '../../../src/gossip/gossipsub/gossipsub-config.ts'
import { topics } from '../../../src/gossip/index.ts'
import type { GossipOptions } from '../../../src/gossip/options.ts'
import { createJoinedTopics } from '../../../src/gossip/registry/joined-topics.ts'
import type { TopicRegistry } from '../../../src/gossip/registry/topic-registry.ts'
import type { Topic } from '../../../src/gossip/types.ts'
import { topicString } from '../../../src/wire/index.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { testChain } from '../../kit/network.ts'

const chain = testChain({ genesisTimeMs: 1_700_000_000_000, fuluEpoch: 10 })
const [electra, fulu] = forkDigests(chain)
  .slice(-2)
  .map(({ digest }) => digest)
const topic = topics.lightClientOptimisticUpdate as Topic<unknown>

/** Whom topics have, right after the fork, when one peer has subscribed under these digests so far. */
function joinedWith(digests: readonly (string | undefined)[]) {
  const names = digests.map((digest) => topicString(digest as `0x${string}`, topic.name))
  const pubsub = { getSubscribers: (name: string) => (names.includes(name) ? ['peer'] : []) }
  const gossipsubConfig = createGossipsubConfig(chain, 'peer', () => 0)
  gossipsubConfig.table.add(topic)
  const clock = createFakeClock(slotStartMs(chain, startSlotOfEpoch(chain, 10)))
  const options = { pubsub, gossipsubConfig, chain, clock } as unknown as GossipOptions
  return createJoinedTopics(options, { all: () => [] } as unknown as TopicRegistry)
}

it('a peer that has subscribed under the digest before a fork alone does not count as one that a message reaches now', () => {
  const before = joinedWith([electra])
  expect(before.subscribersOf(topic)).toEqual(['peer'])
  expect(before.currentSubscribersOf(topic)).toEqual([])
  before.stop()
  const both = joinedWith([electra, fulu])
  expect(both.currentSubscribersOf(topic)).toEqual(['peer'])
  both.stop()
})
