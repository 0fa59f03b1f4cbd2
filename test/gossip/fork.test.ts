import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, slotStartMs, startSlotOfEpoch } from '../../src/chain/index.ts'
import { defineTopic, topics } from '../../src/gossip/index.ts'
import type { Network } from '../../src/network/types.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain, untilPeers, updateAt } from '../network/support.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

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
  const publisher = await startNetwork({ chain, clock, peers: listener.addresses })
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
  }, 60_000)

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
})
