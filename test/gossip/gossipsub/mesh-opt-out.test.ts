import { describe, expect, it } from 'vitest'
import { defineTopic, topics } from '../../../src/gossip/index.ts'
import type { Network } from '../../../src/network/types.ts'
import { blockAt, operationPayload, take, until, untilHeard, untilPruned, viewOf } from '../../kit/gossip.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
} from '../../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const slot = slotNow(chain)
const topicName = topicAt(chain, 'beacon_block', slot)
const block = (n: number): Uint8Array =>
  operationPayload(chain, 'electra', 'beacon_block', blockAt(chain, 'electra', n))

/** Counts what mesh members do not deliver, as Lighthouse does for blocks, only sooner: it starts at 384 s there. */
const p3 = {
  topicWeight: 0.5,
  timeInMeshWeight: 0.03,
  timeInMeshQuantum: 12_000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 1,
  firstMessageDeliveriesDecay: 0.99,
  firstMessageDeliveriesCap: 20,
  meshMessageDeliveriesWeight: -0.7,
  meshMessageDeliveriesDecay: 0.9,
  meshMessageDeliveriesCap: 10,
  meshMessageDeliveriesThreshold: 2,
  meshMessageDeliveriesWindow: 2000,
  meshMessageDeliveriesActivation: 1000,
  meshFailurePenaltyWeight: -0.7,
  meshFailurePenaltyDecay: 0.9,
  invalidMessageDeliveriesWeight: -140,
  invalidMessageDeliveriesDecay: 0.97,
}

/** A beacon node that forwards what another one publishes: what its mesh is not sent is reported by id. */
async function beaconNodes(): Promise<{ node: BareNode; publish(n: number): Promise<void> }> {
  const node = await startBareNode(chain, {
    gossip: {
      D: 8,
      Dlo: 6,
      Dhi: 12,
      scoreParams: {
        topics: { [topicName]: p3 },
        decayInterval: 1000,
        IPColocationFactorWeight: 0,
        behaviourPenaltyWeight: -15.9,
        behaviourPenaltyThreshold: 6,
        behaviourPenaltyDecay: 0.99,
      },
    },
  })
  const proposer = await startBareNode(chain)
  for (const { libp2p } of [node, proposer]) libp2p.services.pubsub.subscribe(topicName)
  await proposer.greet(node.address)
  await untilHeard(proposer, topicName)
  return {
    node,
    async publish(n) {
      await proposer.libp2p.services.pubsub.publish(topicName, block(n))
    },
  }
}

async function follow(node: BareNode): Promise<Network> {
  const network = await startNetwork({ chain, staticPeers: [node.address] })
  await untilPeers(network, 1)
  return network
}

describe('blocks', () => {
  it('arrive although no peer has us in its mesh, marked as what nobody verified', async () => {
    const { node, publish } = await beaconNodes()
    const network = await follow(node)
    const pruned = untilPruned(node, network.peerId)
    const blocks = network.gossip.subscribe(topics.beaconBlock)
    await pruned
    for (let n = 1; n <= 5; n++) await publish(slot + n)
    const messages = await take(blocks, 5)
    expect(new Set(messages.map(({ message }) => message.value.message.slot))).toEqual(
      new Set([1, 2, 3, 4, 5].map((n) => slot + n)),
    )
    for (const { verified, from, message } of messages) {
      expect([verified, from, message.fork]).toEqual([false, node.peerId, 'electra'])
    }
    expect(viewOf(node, network.peerId).inMesh(topicName)).toBe(false)
  })

  it('cost us nothing with a node that punishes mesh members for not forwarding; in its mesh we would lose', async () => {
    const { node, publish } = await beaconNodes()
    const lazy = await follow(node)
    const meshed = await follow(node)
    const [ofLazy, ofMeshed] = [viewOf(node, lazy.peerId), viewOf(node, meshed.peerId)]
    const pruned = untilPruned(node, lazy.peerId)
    const blocks = lazy.gossip.subscribe(topics.beaconBlock, { maxQueued: 1000 })
    meshed.gossip.subscribe(defineTopic({ ...topics.beaconBlock, mesh: true }))
    await pruned
    let published = 0
    while (ofMeshed.score() >= 0) {
      await publish(slot + published++)
      // As it comes: the next block once this one is here.
      await until(() => blocks.queued === published)
      expect(ofLazy.score()).toBeGreaterThanOrEqual(0)
      expect(ofLazy.inMesh(topicName)).toBe(false)
    }
  })

  it('are no reason to punish a peer that grafts us, which is its right', async () => {
    const { node } = await beaconNodes()
    const network = await follow(node)
    const pruned = untilPruned(node, network.peerId)
    network.gossip.subscribe(topics.beaconBlock)
    await pruned
    expect(network.peers[0]!.score).toBe(0)
    // It still takes part in what else we follow.
    const update = topicAt(chain, topics.lightClientOptimisticUpdate.name, slot)
    node.libp2p.services.pubsub.subscribe(update)
    network.gossip.subscribe(topics.lightClientOptimisticUpdate)
    await until(() => viewOf(node, network.peerId).inMesh(update))
  })
})
