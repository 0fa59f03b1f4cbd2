import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, slotStartMs, startSlotOfEpoch } from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import { topicString } from '../../src/wire/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { take, untilHeard } from '../kit/gossip.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  payloadOf,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
// Fulu at epoch 10, a blob-parameter change at 12.
const chain = testChain({ fuluEpoch: 10, blobEpoch: 12 })
const topic = topics.lightClientOptimisticUpdate

/** A peer that publishes as Lodestar does, and a node of ours whose validator accepts everything. */
async function setUp(boundaryEpoch: number) {
  const boundary = startSlotOfEpoch(chain, boundaryEpoch)
  const clock = createFakeClock(slotStartMs(chain, boundary + 1))
  const network = await startNetwork({ chain, clock, listen: listenOn.tcp })
  network.gossip.validate(topic, () => 'accept')
  const received = network.gossip.subscribe(topic)
  const digests = [boundaryEpoch - 1, boundaryEpoch].map((epoch) => forkDigestAtEpoch(chain, epoch))
  const [before, after] = digests.map((digest) => topicString(digest, topic.name)) as [string, string]
  const join = async () => {
    const peer = await startBareNode(chain, { status: genesisStatus(chain, digests[1]!) })
    const { pubsub } = peer.libp2p.services
    for (const name of [before, after]) pubsub.subscribe(name)
    await peer.greet(network.addresses[0]!)
    return peer
  }
  const peers = [await join(), await join()] as const
  await untilPeers(network, 2)
  await received.ready()
  for (const peer of peers) await untilHeard(peer, after)
  const send = (name: string, slot: number): void => {
    const data = payloadOf(chain, updateAt(chain, 'optimistic_update', slot))
    const rpcs = peers[0].libp2p.services.pubsub as unknown as { sendRpc(peerId: string, rpc: object): boolean }
    rpcs.sendRpc(network.peerId, { subscriptions: [], messages: [{ topic: name, data }] })
  }
  /** What the other peer gets forwarded, as slots under topics. */
  const forwarded: string[] = []
  peers[1].libp2p.services.pubsub.addEventListener('gossipsub:message', ({ detail }) => {
    forwarded.push(detail.msg.topic)
  })
  return { network, received, boundary, before, after, send, forwarded }
}

describe.each([
  ['a fork', 10],
  ['a blob-parameter change', 12],
])('an update attested in the last slot before %s, under the digest of its signature slot', (_, epoch) => {
  it('is validated and delivered, costs its sender nothing, and is not forwarded', async () => {
    const { network, received, boundary, after, send, forwarded } = await setUp(epoch)
    send(after, boundary - 1)
    // Forwarded, so that what came before it has been decided on.
    send(after, boundary)
    const [misplaced, marker] = await take(received, 2)
    expect(misplaced).toMatchObject({ verified: true, topicString: after })
    expect(misplaced!.message.value.attestedHeader.beacon.slot).toBe(boundary - 1)
    expect(marker!.message.value.attestedHeader.beacon.slot).toBe(boundary)
    await expect.poll(() => forwarded).toEqual([after])
    expect(Math.min(...network.peers.map(({ score }) => score))).toBeGreaterThanOrEqual(0)
  })

  it('is rejected where it is neither the digest of its attested nor of its signature slot', async () => {
    const { network, boundary, after, send } = await setUp(epoch)
    send(after, boundary - 3)
    await expect.poll(() => Math.min(...network.peers.map(({ score }) => score))).toBeLessThan(0)
  })
})
