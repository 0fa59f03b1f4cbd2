import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, forkDigests, slotStartMs, startSlotOfEpoch } from '../../src/chain/index.ts'
import { defineTopic, type Topic, topics } from '../../src/gossip/index.ts'
import type { Network } from '../../src/network/types.ts'
import { topicString } from '../../src/wire/index.ts'
import { createFakeClock, type FakeClock } from '../kit/fake-clock.ts'
import { until } from '../kit/gossip.ts'
import {
  cleanUpAfterEach,
  genesisStatus,
  listenOn,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  updateAt,
} from '../kit/network.ts'

cleanUpAfterEach()
// Fulu at epoch 10, a blob-parameter fork at 12: digests change twice, containers stay.
// Slots are short, so that no other timer falls due within the test.
const chain = { ...testChain({ genesisTimeMs: 1_700_000_000_000, fuluEpoch: 10, blobEpoch: 12 }), slotDurationMs: 150 }
const topic = topics.lightClientOptimisticUpdate
const slotMs = chain.slotDurationMs
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

/** A publisher and a listener under one clock, which stands in the slot before a joining epoch. */
async function pair(): Promise<{ clock: FakeClock; publisher: Network; listener: Network; firstSlot: number }> {
  const firstSlot = startSlotOfEpoch(chain, 9) - 1
  const clock = createFakeClock(slotStartMs(chain, firstSlot))
  const listener = await startNetwork({ chain, clock, listen: listenOn.tcp })
  const publisher = await startNetwork({ chain, clock, staticPeers: listener.addresses })
  await untilPeers(listener, 1)
  return { clock, publisher, listener, firstSlot }
}

describe('across a fork and a blob-parameter fork', () => {
  it('every update arrives once, under the digest of its own slot', async () => {
    const { clock, publisher, listener, firstSlot } = await pair()
    const received = listener.gossip.subscribe(topic, { maxQueued: 200 })
    const own = publisher.gossip.subscribe(topic)
    await received.ready()
    await own.ready()
    const published: number[] = []
    for (let slot = firstSlot; slot < firstSlot + 60; slot++) {
      // Sent as on a real chain: in the slot after the one it is about.
      await clock.advance(slotMs)
      while (received.queued + 1 < slot - firstSlot || own.peers.length === 0) await pause()
      while ((await publisher.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))) === 0) await pause()
      published.push(slot)
    }
    while (received.queued < 60) await pause()
    const slots: number[] = []
    const digests = new Set<string>()
    for await (const { message, forkDigest } of received) {
      slots.push(message.value.attestedHeader.beacon.slot)
      digests.add(forkDigest)
      if (slots.length === 60) break
    }
    expect(slots).toEqual(published)
    expect(digests.size).toBe(3)
    expect(received.dropped).toBe(0)
    expect(publisher.peers[0]!.score).toBe(0)
  })

  it('an object that names no digest of its own arrives once, though it comes under both', async () => {
    const { clock, publisher, listener } = await pair()
    const note = defineTopic<Uint8Array>({
      name: 'note',
      maxBytes: 64,
      decode: (bytes) => bytes,
      encode: (bytes) => bytes,
    })
    const received = listener.gossip.subscribe(note)
    publisher.gossip.subscribe(note)
    // Into the epoch before the fork: both digests are joined.
    await clock.advance(2 * slotMs)
    await received.ready()
    const digests = [chain.forks.at(-2)!, chain.forks.at(-1)!].map(({ epoch }) => forkDigestAtEpoch(chain, epoch))
    for (const text of ['one', 'two']) {
      for (const forkDigest of digests) {
        while ((await publisher.gossip.publish(note, new TextEncoder().encode(text), { forkDigest })) === 0)
          await pause()
      }
    }
    const texts: string[] = []
    for await (const { message } of received) {
      texts.push(new TextDecoder().decode(message))
      if (texts.length === 2) break
    }
    expect(texts).toEqual(['one', 'two'])
    expect(received.queued).toBe(0)
  })

  it.each([
    ['meshed', topics.voluntaryExit],
    ['lazy', topics.beaconBlock],
  ] as const)('a %s topic is joined an epoch before each of both, and left two epochs after', async (_, followed) => {
    const clock = createFakeClock(slotStartMs(chain, startSlotOfEpoch(chain, 8)))
    const network = await startNetwork({ chain, clock, listen: listenOn.tcp })
    const digests = forkDigests(chain)
      .slice(-3)
      .map(({ digest }) => digest)
    const peer = await startBareNode(chain, { status: genesisStatus(chain, digests[0]!) })
    network.gossip.subscribe(followed as Topic<unknown>)
    await peer.greet(network.addresses[0]!)
    const joined = (): string =>
      digests
        .map((digest, i) =>
          peer.libp2p.services.pubsub.getSubscribers(topicString(digest, followed.name)).length > 0 ? 'efb'[i] : '-',
        )
        .join('')
    const seen: string[] = []
    for (let epoch = 8; epoch <= 14; epoch++) {
      // As peers come to know it: what changes does so at an epoch's start, and stays for the whole of it.
      await until(() => joined() === expectedAt[epoch])
      await clock.advance(slotMs * chain.preset.slotsPerEpoch - 1)
      seen.push(joined())
      await clock.advance(1)
    }
    expect(seen).toEqual(Object.values(expectedAt))
  })

  it('what belongs before it is still taken after it, for two epochs', async () => {
    const { clock, publisher, listener } = await pair()
    const received = listener.gossip.subscribe(topic)
    const own = publisher.gossip.subscribe(topic)
    // Into the last slot of the epoch after the fork.
    await clock.advance(slotMs * (1 + 3 * chain.preset.slotsPerEpoch - 1))
    await received.ready()
    await own.ready()
    const late = updateAt(chain, 'optimistic_update', startSlotOfEpoch(chain, 10) - 1)
    while ((await publisher.gossip.publish(topic, late)) === 0) await pause()
    for await (const { message, forkDigest } of received) {
      expect(message).toEqual(late)
      expect(forkDigest).toBe(forkDigests(chain).at(-3)!.digest)
      break
    }
  })
})

/** Which of Electra, Fulu and the blob-parameter fork after it are joined in each epoch. */
const expectedAt: Readonly<Record<number, string>> = {
  8: 'e--',
  9: 'ef-',
  10: 'ef-',
  11: 'efb',
  12: '-fb',
  13: '-fb',
  14: '--b',
}
