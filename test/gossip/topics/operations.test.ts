import { describe, expect, it } from 'vitest'
import { type BeaconBlockMessage, defineTopic, type Topic, topics } from '../../../src/gossip/index.ts'
import type {
  AttesterSlashing,
  ProposerSlashing,
  SignedBlsToExecutionChange,
  SignedContributionAndProof,
  SignedVoluntaryExit,
} from '../../../src/ssz/beacon/beacon-values.ts'
import { operationType } from '../../../src/ssz/beacon/operation-types.ts'
import { compressBlock } from '../../../src/wire/index.ts'
import { blockAt, take, until, untilHeard, viewOf } from '../../kit/gossip.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  listenOn,
  nextEvent,
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
const { preset } = chain

/** Each topic with a message that has the given number in it. */
const messages: Record<string, { topic: Topic<unknown>; message(n: number): unknown }> = {
  beacon_block: {
    topic: topics.beaconBlock as Topic<unknown>,
    message: (n): BeaconBlockMessage => ({ fork: 'electra', value: blockAt(chain, 'electra', n) }),
  },
  sync_committee_contribution_and_proof: {
    topic: topics.syncCommitteeContributionAndProof as Topic<unknown>,
    message(n): SignedContributionAndProof {
      const value = operationType(preset, 'electra', 'sync_committee_contribution_and_proof').defaultValue()
      value.message.aggregatorIndex = n
      return value
    },
  },
  voluntary_exit: {
    topic: topics.voluntaryExit as Topic<unknown>,
    message: (n): SignedVoluntaryExit => ({
      message: { epoch: 1, validatorIndex: n },
      signature: new Uint8Array(96).fill(1),
    }),
  },
  proposer_slashing: {
    topic: topics.proposerSlashing as Topic<unknown>,
    message(n): ProposerSlashing {
      const value = operationType(preset, 'electra', 'proposer_slashing').defaultValue()
      value.signedHeader1.message.proposerIndex = n
      return value
    },
  },
  attester_slashing: {
    topic: topics.attesterSlashing as Topic<unknown>,
    message(n): AttesterSlashing {
      const value = operationType(preset, 'electra', 'attester_slashing').defaultValue()
      value.attestation1.attestingIndices = [n]
      return value
    },
  },
  bls_to_execution_change: {
    topic: topics.blsToExecutionChange as Topic<unknown>,
    message(n): SignedBlsToExecutionChange {
      const value = operationType(preset, 'electra', 'bls_to_execution_change').defaultValue()
      value.message.validatorIndex = n
      return value
    },
  },
}

function payload(topic: Topic<unknown>, message: unknown): Uint8Array {
  return compressBlock(topic.encode(message, { chain, fork: 'electra' }))
}

/** Resolves after so many heartbeats of a bare node. */
async function heartbeats({ libp2p }: BareNode, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) =>
      libp2p.services.pubsub.addEventListener('gossipsub:heartbeat', resolve, { once: true }),
    )
  }
}

describe.each(Object.entries(messages))('%s', (name, { topic, message }) => {
  it('is delivered as what nobody verified, and not forwarded', async () => {
    const topicName = topicAt(chain, name, slot)
    // A → B → C, of which B alone knows both.
    const b = await startNetwork({ chain, listen: listenOn.tcp })
    const a = await startNetwork({ chain, staticPeers: b.addresses })
    const c = await startBareNode(chain)
    const atB = b.gossip.subscribe(topic)
    const atA = a.gossip.subscribe(topic)
    const heard: Uint8Array[] = []
    c.libp2p.services.pubsub.addEventListener('message', ({ detail }) => heard.push(new Uint8Array(detail.data)))
    c.libp2p.services.pubsub.subscribe(topicName)
    await c.greet(b.addresses[0]!)
    await atA.ready()
    await until(() => atB.peers.length === 2)
    await untilHeard(c, topicName)
    // What B forwards goes to its mesh, or where there is none, those outside learn of it by heartbeats.
    if (topic.mesh) await until(() => viewOf(c, b.peerId).inMesh(topicName))
    await heartbeats(c, 1)
    expect(await a.gossip.publish(topic, message(1))).toBe(1)
    const [first] = await take(atB, 1)
    expect(first).toMatchObject({ verified: false, from: a.peerId, topicString: topicName })
    expect(first!.message).toEqual(message(1))
    if (!topic.mesh) await heartbeats(c, 3)
    // B's own goes to everyone.
    expect(await b.gossip.publish(topic, message(2))).toBe(2)
    await until(() => heard.length > 0)
    expect(heard).toEqual([payload(topic, message(2))])
  })

  it('takes no validator, which could only forward what it cannot know', async () => {
    const network = await startNetwork({ chain })
    expect(() => network.gossip.validate(topic, () => 'accept')).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })

  it('that cannot be decoded is not delivered, and its sender is banned when it goes on', async () => {
    const network = await startNetwork({ chain, listen: listenOn.tcp })
    const adversary = await startBareNode(chain)
    const { pubsub } = adversary.libp2p.services
    const topicName = topicAt(chain, name, slot)
    const subscription = network.gossip.subscribe(topic)
    pubsub.subscribe(topicName)
    await adversary.greet(network.addresses[0]!)
    await untilPeers(network, 1)
    await untilHeard(adversary, topicName)
    const bans = network.events(['peer:banned'])
    for (let n = 1; n <= 5; n++) await pubsub.publish(topicName, compressBlock(new Uint8Array(50).fill(255 - n)))
    expect((await nextEvent(bans)).reason).toBe(`unreadable message on ${name}: ssz_invalid`)
    expect(subscription.queued).toBe(0)
  })
})

describe('a block', () => {
  it('is not published in the containers of another fork', async () => {
    const network = await startNetwork({ chain })
    const block: BeaconBlockMessage = { fork: 'deneb', value: blockAt(chain, 'deneb', 1) }
    await expect(network.gossip.publish(topics.beaconBlock, block)).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('defineTopic()', () => {
  const codec = { decode: (bytes: Uint8Array) => bytes, encode: (bytes: Uint8Array) => bytes }

  it.each([
    'beacon_aggregate_and_proof',
    'beacon_attestation_7',
    'sync_committee_3',
    'blob_sidecar_0',
    'data_column_sidecar_127',
  ])('refuses %s, for which beacon nodes drop us, unless it is for nodes of one’s own', (name) => {
    expect(() => defineTopic({ name, ...codec })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('trustedNetworkOnly') }),
    )
    expect(defineTopic({ name, ...codec, trustedNetworkOnly: true }).name).toBe(name)
  })
})
