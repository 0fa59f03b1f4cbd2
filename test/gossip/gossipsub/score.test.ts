import { describe, expect, it } from 'vitest'
import { pubsubVerdicts } from '../../../src/gossip/gossipsub/pubsub.ts'
import { createGossipsubConfig, type GossipRole, topics, type Verdict } from '../../../src/gossip/index.ts'
import { until, untilHeard, viewOf } from '../../kit/gossip.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  payloadOf,
  slotNow,
  startBareNode,
  testChain,
  topicAt,
  updateAt,
} from '../../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const slot = slotNow(chain)
const topicName = topicAt(chain, topic.name, slot)

/** Gossipsub as we run it, with a verdict for whatever comes, and a peer that publishes to it. */
async function pair(
  verdict: Verdict,
): Promise<{ node: BareNode; judged(): number; score(): number; publish(n: number): Promise<void> }> {
  const router = createGossipsubConfig(chain, 'peer', () => 0)
  router.table.add(topic as Parameters<typeof router.table.add>[0])
  const node = await startBareNode(chain, { gossip: await router.options() })
  const peer = await startBareNode(chain)
  let judged = 0
  node.libp2p.services.pubsub.topicValidators.set(topicName, () => {
    judged++
    return pubsubVerdicts[verdict]
  })
  for (const { libp2p } of [node, peer]) libp2p.services.pubsub.subscribe(topicName)
  await peer.greet(node.address)
  await untilHeard(peer, topicName)
  return {
    node,
    judged: () => judged,
    score: viewOf(node, peer.peerId).score,
    async publish(n) {
      await peer.libp2p.services.pubsub.publish(
        topicName,
        payloadOf(chain, updateAt(chain, 'optimistic_update', slot - n)),
      )
    },
  }
}

describe('gossipsub’s score of a peer', () => {
  it('rises with each update that it brings first, up to a bound', async () => {
    const { score, publish } = await pair('accept')
    let before = score()
    for (let n = 0; n < 3; n++) {
      await publish(n)
      await until(() => score() > before)
      before = score()
    }
    for (let n = 3; n < 80; n++) await publish(n)
    await until(() => score() >= 20)
    expect(score()).toBeLessThanOrEqual(50)
  })

  it('falls below zero with one update that is invalid, which ends its place in the mesh', async () => {
    const { node, score, publish } = await pair('reject')
    const pruned = new Promise<void>((resolve) => {
      node.libp2p.services.pubsub.addEventListener('gossipsub:prune', ({ detail }) => {
        if (detail.direction === 'outbound') resolve()
      })
    })
    await publish(1)
    await until(() => score() < 0)
    await pruned
    const before = score()
    await publish(2)
    // More than twice as bad.
    await until(() => score() < 2 * before)
  })

  it('stays as it is for updates that are ignored, and for a mesh member that brings none', async () => {
    const { judged, score, publish } = await pair('ignore')
    for (let n = 0; n < 5; n++) await publish(n)
    await until(() => judged() === 5)
    expect(score()).toBeGreaterThanOrEqual(0)
    const { topics: parameters } = (await createGossipsubConfig(chain, 'peer', () => 0).options()).scoreParams!
    for (const each of Object.values(parameters!)) {
      expect([each.meshMessageDeliveriesWeight, each.meshFailurePenaltyWeight]).toEqual([0, 0])
    }
  })

  it('has our own score of the peer in it, so that a ban of ours is one of gossip’s too', async () => {
    const router = createGossipsubConfig(chain, 'peer', () => -100)
    const node = await startBareNode(chain, { gossip: await router.options() })
    const peer = await startBareNode(chain)
    await peer.greet(node.address)
    await until(() => viewOf(node, peer.peerId).score() === -100)
  })
})

describe('many peers at one address', () => {
  it('cost none of them anything on a relay: homes and offices have one', async () => {
    expect(await scoreAtOneAddress('relay', 500)).toBe(0)
  })

  it('are a little suspicious elsewhere, beyond ten', async () => {
    expect(await scoreAtOneAddress('peer', 10)).toBe(0)
    expect(await scoreAtOneAddress('peer', 12)).toBeLessThan(0)
  })
})

/** What gossipsub makes of the first of so many peers at an address. */
async function scoreAtOneAddress(role: GossipRole, count: number): Promise<number> {
  // Not on the package's face: no other way to stand for an address that is not this machine's.
  const { computeScore } = await import('../../../node_modules/@libp2p/gossipsub/dist/src/score/compute-score.js')
  const { scoreParams } = await createGossipsubConfig(chain, role, () => 0).options()
  const peers = new Set(Array.from({ length: count }, (_, i) => `peer ${i}`))
  const stats = { connected: true, expire: 0, topics: {}, knownIPs: new Set(['198.51.100.1']), behaviourPenalty: 0 }
  return computeScore(
    'peer 0',
    stats,
    scoreParams as Parameters<typeof computeScore>[2],
    new Map([['198.51.100.1', peers]]),
  )
}
