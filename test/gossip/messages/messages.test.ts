import { describe, expect, it } from 'vitest'
import type { GossipMessage, Subscription } from '../../../src/gossip/index.ts'
import { defineTopic, topics } from '../../../src/gossip/index.ts'
import type { Network } from '../../../src/network/types.ts'
import { encodeLightClientObject, type LightClientObject } from '../../../src/ssz/index.ts'
import {
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  payloadOf,
  slotNow,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
  updateAt,
} from '../../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
type Optimistic = LightClientObject<'optimistic_update'>

/** A → B → C, of which B knows both; each has subscribed and hears the next. */
async function line(): Promise<{
  a: Network
  b: Network
  c: Network
  atB: Subscription<Optimistic>
  atC: Subscription<Optimistic>
}> {
  const b = await startNetwork({ chain, listen: listenOn.tcp })
  const a = await startNetwork({ chain })
  const c = await startNetwork({ chain })
  const atA = a.gossip.subscribe(topic)
  const atB = b.gossip.subscribe(topic)
  const atC = c.gossip.subscribe(topic)
  await Promise.all([a, c].map((network) => network.connect(b.addresses[0]!)))
  await Promise.all([atA.ready(), atC.ready(), atB.ready()])
  await untilSubscribers(atB, 2)
  return { a, b, c, atB, atC }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

async function untilSubscribers(subscription: Subscription<unknown>, count: number): Promise<void> {
  while (subscription.peers.length < count) await pause()
}

async function take<Message>(subscription: AsyncIterator<GossipMessage<Message>>): Promise<GossipMessage<Message>> {
  const { done, value } = await subscription.next()
  if (done) throw new Error('the subscription ended')
  return value
}

describe('gossip', () => {
  it('delivers what nobody verified as such, with its bytes as they came, and does not forward it', async () => {
    const { a, b, atB, atC } = await line()
    const [first, second] = [updateAt(chain, 'optimistic_update', 10), updateAt(chain, 'optimistic_update', 11)]
    expect(await a.gossip.publish(topic, first)).toBe(1)
    const message = await take(atB[Symbol.asyncIterator]())
    expect(message).toMatchObject({ verified: false, from: a.peerId, topicString: topicAt(chain, topic.name, 10) })
    expect(message.message).toEqual(first)
    expect(message.raw).toEqual(payloadOf(chain, first))
    // B publishes another itself: had it forwarded the first, that would have come to C before.
    await b.gossip.publish(topic, second)
    expect((await take(atC[Symbol.asyncIterator]())).message).toEqual(second)
    expect(atC.queued).toBe(0)
  })

  it('forwards what the validator accepts, and delivers it as verified', async () => {
    const { a, b, atB, atC } = await line()
    const update = updateAt(chain, 'optimistic_update', 10)
    const judged: unknown[] = []
    b.gossip.validate(topic, async (message, context) => {
      judged.push(message, context.from, context.fork)
      return 'accept'
    })
    await a.gossip.publish(topic, update)
    const atMiddle = await take(atB[Symbol.asyncIterator]())
    expect(atMiddle).toMatchObject({ verified: true, from: a.peerId })
    expect(judged).toEqual([update, a.peerId, 'electra'])
    // Forwarding goes along the mesh, which C may not have joined in time for the first.
    for (let slot = 11; atC.queued === 0; slot++) {
      await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))
      await pause()
    }
    const atEnd = await take(atC[Symbol.asyncIterator]())
    expect(atEnd).toMatchObject({ verified: false, from: b.peerId })
    expect(atEnd.raw).toEqual(payloadOf(chain, atEnd.message))
  })

  it('neither forwards nor delivers what the validator ignores, but to those who asked for it', async () => {
    const { a, b, atB, atC } = await line()
    const all = b.gossip.subscribe(topic, { includeIgnored: true })
    b.gossip.validate(topic, ({ value }) => (value.attestedHeader.beacon.slot === 10 ? 'ignore' : 'accept'))
    await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', 10))
    const ignored = await take(all[Symbol.asyncIterator]())
    expect(ignored.verified).toBe(false)
    for (let slot = 11; atC.queued === 0; slot++) {
      await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))
      await pause()
    }
    for (const subscription of [atB, atC]) {
      expect((await take(subscription[Symbol.asyncIterator]())).message.value.attestedHeader.beacon.slot).not.toBe(10)
    }
    expect(b.peers.every(({ score }) => score >= 0)).toBe(true)
  })

  it('delivers nothing that the validator rejects, and bans a sender who keeps at it', async () => {
    const { a, b, atB } = await line()
    const all = b.gossip.subscribe(topic, { includeIgnored: true })
    b.gossip.validate(topic, () => 'reject')
    const bans = b.events(['peer:banned'])
    for (let slot = 10; slot < 15; slot++) await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))
    expect(await nextEvent(bans)).toMatchObject({
      peerId: a.peerId,
      reason: expect.stringContaining('invalid message'),
    })
    expect([atB.queued, all.queued]).toEqual([0, 0])
  })

  it('takes a validator that throws for one that ignores, and tells', async () => {
    const { a, b, atB, atC } = await line()
    const failures = b.events(['validator:failed'])
    const detach = b.gossip.validate(topic, () => {
      throw new Error('out of order')
    })
    await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', 10))
    expect(await nextEvent(failures)).toMatchObject({ topic: topic.name, error: { code: 'internal' } })
    detach()
    await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', 11))
    expect((await take(atB[Symbol.asyncIterator]())).message.value.attestedHeader.beacon.slot).toBe(11)
    expect(atC.queued).toBe(0)
    expect(b.peers.find(({ id }) => id === a.peerId)?.score).toBe(0)
  })

  it('has one validator a topic at a time', async () => {
    const network = await startNetwork({ chain })
    const detach = network.gossip.validate(topic, () => 'accept')
    expect(() => network.gossip.validate(topic, () => 'accept')).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
    detach()
    network.gossip.validate(topic, () => 'accept')
  })

  it('delivers a message once to every subscription, decoded once', async () => {
    const { a, b, atB } = await line()
    const other = b.gossip.subscribe(topic)
    const update = updateAt(chain, 'optimistic_update', 10)
    await a.gossip.publish(topic, update)
    const [first, second] = await Promise.all([take(atB[Symbol.asyncIterator]()), take(other[Symbol.asyncIterator]())])
    expect(first.message).toBe(second.message)
    expect(await a.gossip.publish(topic, update)).toBe(0)
    await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', 11))
    await untilQueued(atB, 1)
    expect(other.queued).toBe(1)
  })

  it('carries topics that the program defines, with their own bounds', async () => {
    const note = defineTopic<string>({
      name: 'note',
      maxBytes: 16,
      decode: (bytes) => new TextDecoder().decode(bytes),
      encode: (text) => new TextEncoder().encode(text),
    })
    const a = await startNetwork({ chain, listen: listenOn.ws })
    const b = await startNetwork({ chain })
    const received = b.gossip.subscribe(note)
    const own = a.gossip.subscribe(note)
    await b.connect(a.addresses[0]!)
    await own.ready()
    await a.gossip.publish(note, 'ahoy')
    expect((await take(received[Symbol.asyncIterator]())).message).toBe('ahoy')
    await expect(a.gossip.publish(note, 'x'.repeat(17))).rejects.toMatchObject({ code: 'publish_failed' })
    const impostor = { ...note }
    expect(() => b.gossip.subscribe(impostor)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  it('sends to anyone who comes what was published to nobody', async () => {
    const a = await startNetwork({ chain, listen: listenOn.tcp })
    const update = updateAt(chain, 'optimistic_update', 10)
    expect(await a.gossip.publish(topic, update)).toBe(0)
    const own = a.gossip.subscribe(topic)
    const b = await startNetwork({ chain, staticPeers: a.addresses })
    b.gossip.subscribe(topic)
    await own.ready()
    expect(await a.gossip.publish(topic, update)).toBe(1)
  })

  it('gives each of twenty listeners on a relay every message', async () => {
    const relay = await startNetwork({ chain, role: 'relay', listen: listenOn.ws })
    const atRelay = relay.gossip.subscribe(topic, { maxQueued: 1 })
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => startNetwork({ chain, bootnodes: relay.addresses })),
    )
    const subscriptions = clients.map(({ gossip }) => gossip.subscribe(topic))
    await Promise.all(subscriptions.map((subscription) => subscription.ready()))
    await untilSubscribers(atRelay, 20)
    const publish = (slot: number): Promise<number> =>
      relay.gossip.publishRaw(
        topicAt(chain, topic.name, slot),
        payloadOf(chain, updateAt(chain, 'optimistic_update', slot)),
      )
    // Until the relay's last stream is open.
    for (let slot = 1; (await publish(slot)) < 20; slot++) await pause()
    const slots = Array.from({ length: 12 }, (_, i) => 100_000 + i)
    for (const slot of slots) expect(await publish(slot)).toBe(20)
    await Promise.all(
      subscriptions.map(async (subscription) => {
        const received: number[] = []
        for await (const { message } of subscription) {
          const { slot } = message.value.attestedHeader.beacon
          if (slot >= slots[0]!) received.push(slot)
          if (received.length === slots.length) break
        }
        expect(received).toEqual(slots)
      }),
    )
  })
})

describe('a subscription', () => {
  it('drops the oldest beyond its bound and counts them', async () => {
    const { a, atB, b } = await line()
    const small = b.gossip.subscribe(topic, { maxQueued: 2 })
    const newest = b.gossip.subscribe(topic, { maxQueued: 2, overflow: 'drop-newest' })
    for (let slot = 10; slot < 15; slot++) await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))
    await untilQueued(atB, 5)
    expect([small.dropped, small.queued, newest.dropped]).toEqual([3, 2, 3])
    expect((await take(small[Symbol.asyncIterator]())).message.value.attestedHeader.beacon.slot).toBe(13)
    expect((await take(newest[Symbol.asyncIterator]())).message.value.attestedHeader.beacon.slot).toBe(10)
  })

  it('holds no more bytes than its bound, however few the messages', async () => {
    const { a, atB, b } = await line()
    // An update has some hundred bytes, twice: as SSZ and as it came.
    const bytes = updateBytes(10)
    const small = b.gossip.subscribe(topic, { maxQueuedBytes: 2 * bytes })
    const none = b.gossip.subscribe(topic, { maxQueuedBytes: 1 })
    for (let slot = 10; slot < 15; slot++) await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', slot))
    await untilQueued(atB, 5)
    expect([small.queued, small.dropped, none.queued, none.dropped]).toEqual([2, 3, 1, 4])
    expect(() => b.gossip.subscribe(topic, { maxQueuedBytes: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })

  it('leaves the topic on break, on abort and on stop, and the last to leave unsubscribes', async () => {
    const { a, b, atB, c, atC } = await line()
    atB.stop()
    atC.stop()
    const leaving = new AbortController()
    const aborted = b.gossip.subscribe(topic, { signal: leaving.signal })
    const parked = aborted[Symbol.asyncIterator]().next()
    leaving.abort(new Error('enough'))
    await expect(parked).rejects.toThrow('enough')
    await expect(aborted.ready()).rejects.toThrow('enough')
    const broken = b.gossip.subscribe(topic)
    await untilSubscribers(broken, 1)
    await a.gossip.publish(topic, updateAt(chain, 'optimistic_update', 10))
    for await (const _ of broken) break
    const watching = a.gossip.subscribe(topic)
    while (watching.peers.length > 0) await pause()
    const atEnd = c.gossip.subscribe(topic)
    await expect.poll(() => atEnd.peers).toEqual([])
  })

  it('is ready only when a peer subscribes too; a wait for it can be given up', async () => {
    const a = await startNetwork({ chain, listen: listenOn.tcp })
    const b = await startNetwork({ chain, staticPeers: a.addresses })
    const subscription = b.gossip.subscribe(topic)
    await untilPeers(b, 1)
    const waiting = new AbortController()
    const wait = subscription.ready({ signal: waiting.signal })
    waiting.abort(new Error('too long'))
    await expect(wait).rejects.toThrow('too long')
    expect(subscription.peers).toEqual([])
    const ready = subscription.ready()
    a.gossip.subscribe(topic)
    await ready
    expect(subscription.peers).toEqual([a.peerId])
  })

  it('ends when the network stops, and none can be opened after', async () => {
    const network = await startNetwork({ chain })
    const subscription = network.gossip.subscribe(topic)
    const parked = subscription[Symbol.asyncIterator]().next()
    const ready = subscription.ready()
    ready.catch(() => {})
    await network.stop()
    expect(await parked).toEqual({ done: true, value: undefined })
    await expect(ready).rejects.toMatchObject({ code: 'stopped' })
    expect(() => network.gossip.subscribe(topic)).toThrow(expect.objectContaining({ code: 'stopped' }))
    await expect(
      network.gossip.publish(topic, updateAt(chain, 'optimistic_update', slotNow(chain))),
    ).rejects.toMatchObject({ code: 'stopped' })
  })
})

function updateBytes(slot: number): number {
  const update = updateAt(chain, 'optimistic_update', slot)
  return encodeLightClientObject(chain, update).length + payloadOf(chain, update).length
}

async function untilQueued(subscription: Subscription<unknown>, count: number): Promise<void> {
  while (subscription.queued < count) await pause()
}
