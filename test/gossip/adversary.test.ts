import { describe, expect, it } from 'vitest'
import { forkDigests } from '../../src/chain/index.ts'
import { topics } from '../../src/gossip/index.ts'
import type { Network } from '../../src/network/types.ts'
import { encodeLightClientObject } from '../../src/ssz/index.ts'
import { compressBlock, encodeVarint, topicString } from '../../src/wire/index.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  payloadOf,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
// Both digests are joined: the chain is one epoch before Fulu.
const chain = testChain({ genesisTimeMs: Date.now() - 9.5 * 8 * 6_000, fuluEpoch: 10 })
const topic = topics.lightClientOptimisticUpdate
const slot = slotNow(chain)
const topicName = topicAt(chain, topic.name, slot)
const good = (n: number): Uint8Array => payloadOf(chain, updateAt(chain, 'optimistic_update', slot - n))

/** Many different payloads that no honest peer sends; each gets a number to be made of. */
const malformed: Record<string, { topic?: string; raw: (n: number) => Uint8Array }> = {
  'is no snappy at all': { raw: (n) => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, n) },
  'is empty but for a number': { raw: (n) => Uint8Array.of(n) },
  'is snappy with a broken tail': { raw: (n) => good(n).slice(0, -1) },
  'claims to be gigabytes': { raw: (n) => Uint8Array.from([...encodeVarint(2 ** 31), 0x00, n]) },
  'is more than its type may be': { raw: (n) => compressBlock(new Uint8Array(5_000_000).fill(n)) },
  'is too short for its type': { raw: (n) => compressBlock(new Uint8Array(100 + n)) },
  'is SSZ with offsets that lie': {
    raw(n) {
      const bytes = encodeLightClientObject(chain, updateAt(chain, 'optimistic_update', slot - n))
      bytes.fill(0xff, 0, 4)
      return compressBlock(bytes)
    },
  },
  'has a slot beyond any number': {
    raw(n) {
      const bytes = encodeLightClientObject(chain, updateAt(chain, 'optimistic_update', slot - n))
      bytes.fill(0xff, bytes.length - 8 - n, bytes.length)
      // The last eight bytes before the header's variable part are the signature slot.
      new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(4 + 4 + 96, 2n ** 64n - 1n, true)
      return compressBlock(bytes)
    },
  },
  'belongs under another fork digest': {
    topic: topicString(forkDigests(chain).at(-1)!.digest, topic.name),
    raw: (n) => good(n),
  },
}

/** A network that takes part in the topic, and a peer that is about to misbehave. */
async function target(): Promise<{ network: Network; adversary: BareNode }> {
  const network = await startNetwork({ chain, listen: listenOn.tcp })
  const adversary = await startBareNode(chain)
  const subscription = network.gossip.subscribe(topic, { includeIgnored: true })
  for (const { digest } of forkDigests(chain))
    adversary.libp2p.services.pubsub.subscribe(topicString(digest, topic.name))
  await adversary.greet(network.addresses[0]!)
  await untilPeers(network, 1)
  await subscription.ready()
  while (adversary.libp2p.services.pubsub.getSubscribers(topicName).length === 0) await pause()
  return { network, adversary }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

describe('a gossip payload that', () => {
  for (const [what, { topic: name = topicName, raw }] of Object.entries(malformed)) {
    it(`${what} is not delivered, and its sender is banned when it goes on`, async () => {
      const { network, adversary } = await target()
      const subscription = network.gossip.subscribe(topic, { includeIgnored: true })
      const bans = network.events(['peer:banned'])
      for (let n = 1; n <= 5; n++) await adversary.libp2p.services.pubsub.publish(name, raw(n))
      const { peerId, reason } = await nextEvent(bans)
      expect(peerId).toBe(adversary.peerId)
      expect(reason).toContain('unreadable message')
      expect(subscription.queued).toBe(0)
    })
  }
})

describe('a banned peer', () => {
  it('is not believed after coming back, from either side', async () => {
    const { network, adversary } = await target()
    const losses = network.events(['peer:disconnected'])
    network.report(adversary.peerId, 'fatal', 'a lie')
    expect(await nextEvent(losses)).toMatchObject({ reason: expect.stringContaining('a lie') })
    expect(network.peers).toEqual([])
    await expect(adversary.greet(network.addresses[0]!)).rejects.toThrow()
    await expect(network.connect(adversary.address)).rejects.toMatchObject({ code: 'dial_failed' })
    expect(network.peers).toEqual([])
  })

  it('keeps a bad score over a new connection before it is banned', async () => {
    const { network, adversary } = await target()
    for (let i = 0; i < 4; i++) network.report(adversary.peerId, 'low-tolerance', 'a lie')
    await network.disconnect(adversary.peerId)
    while (adversary.libp2p.getConnections().length > 0) await pause()
    await adversary.greet(network.addresses[0]!)
    await untilPeers(network, 1)
    expect(network.peers[0]!.score).toBeLessThan(-39)
    const bans = network.events(['peer:banned'])
    network.report(adversary.peerId, 'low-tolerance', 'another lie')
    expect((await nextEvent(bans)).reason).toBe('another lie')
  })
})
