import { setTimeout } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { epochOfSlot, forkDigestAtEpoch, slotAtMs } from '../src/chain/index.ts'
import type { Subscription } from '../src/gossip/types.ts'
import { createNetwork } from '../src/network/index.ts'
import type { Network } from '../src/network/types.ts'
import { createReqResp, protocols } from '../src/reqresp/index.ts'
import { systemClock } from '../src/streams/clock.ts'
import { decompressBlock, topicString } from '../src/wire/index.ts'
import { type BareNode, createBareNode } from './support/bare-node.ts'
import { type BarePeer, startBarePeer } from './support/bare-peer.ts'
import { type Cost, type Report, startMeter } from './support/figure.ts'
import { benchChain, benchTopic, byteList } from './support/loads.ts'
import { heldBytes, MIB } from './support/memory.ts'
import { ratio, sideBySide, typical } from './support/side-by-side.ts'

const ROUNDS = { warmUp: 2, samples: 11 }
const SIZES = [
  { name: '1-kb', bytes: 1000, messages: 1000, batch: 100 },
  { name: '100-kb', bytes: 100_000, messages: 60, batch: 10 },
] as const
const QUIET_MS = 6_000

/**
 * Messages through `subscribe()` against a bare gossipsub whose listener decompresses and decodes each with the same code. The
 * publisher is another process, and waits for each batch to arrive.
 */
export async function run(report: Report): Promise<void> {
  const peer = await startBarePeer()
  const network = await createNetwork({ chain: benchChain, staticPeers: [peer.address], targetPeers: 0 })
  const bare = await startBareListener(peer)
  try {
    const digest = forkDigestAtEpoch(benchChain, epochOfSlot(benchChain, slotAtMs(benchChain, Date.now())))
    const ourTopic = topicString(digest, benchTopic.name)
    const bareTopic = topicString(digest, 'bench_bare')
    peer.subscribe(ourTopic)
    peer.subscribe(bareTopic)
    const subscription = network.gossip.subscribe(benchTopic, { maxQueued: 1024 })
    const ours = listenOurs(subscription)
    const theirs = listenBare(bare, bareTopic)
    await subscription.ready()
    await theirs.ready

    for (const { name, ...load } of SIZES) {
      const costs = await sideBySide(
        {
          ours: () => publishAndWait(peer, ours, { topic: ourTopic, ...load }),
          bare: () => publishAndWait(peer, theirs, { topic: bareTopic, ...load }),
        },
        ROUNDS,
      )
      const figure = { unit: '× a bare listener', better: 'higher', samples: ROUNDS.samples } as const
      const rate = (side: readonly Cost[]) => {
        const value = (1000 * load.messages) / typical(side, 'wallMs')
        return { ...figure, value, unit: 'messages/s' }
      }
      const value = ratio(costs.bare, costs.ours, 'wallMs')
      report({ ...figure, name: `gossip/subscribe-${name}`, value, goal: 0.95 })
      report({ ...figure, name: `gossip/subscribe-${name}-cpu`, value: ratio(costs.bare, costs.ours, 'cpuMs') })
      report({ ...rate(costs.ours), name: `gossip/rate-${name}` })
      report({ ...rate(costs.bare), name: `gossip/rate-bare-${name}` })
    }

    await subscribersCost(report, { peer, network, topic: ourTopic, listener: ours })
    ours.stop()
    await slowConsumer(report, { peer, network, topic: ourTopic })
  } finally {
    await network.stop()
    await bare.stop()
    peer.stop()
  }
}

/** Counts what arrives, and tells when so many have. */
interface Listener {
  arrived(count: number): Promise<void>
}

function counter(): Listener & { count(): void } {
  let seen = 0
  let due: { readonly at: number; readonly resolve: () => void } | undefined
  return {
    count() {
      seen++
      if (due !== undefined && seen >= due.at) due.resolve()
    },
    arrived(count) {
      return new Promise((resolve) => {
        due = { at: seen + count, resolve }
      })
    },
  }
}

function listenOurs(subscription: Subscription<Uint8Array>): Listener & { stop(): void } {
  const { count, arrived } = counter()
  void (async () => {
    for await (const { message } of subscription) if (message.length > 0) count()
  })()
  return { arrived, stop: () => subscription.stop() }
}

function listenBare(node: BareNode, topic: string): Listener & { readonly ready: Promise<void> } {
  const { count, arrived } = counter()
  const { pubsub } = node.services
  pubsub.addEventListener('gossipsub:message', ({ detail: { msg } }) => {
    if (msg.topic !== topic) return
    if (byteList.deserialize(decompressBlock(msg.data, { maxBytes: byteList.maxSize })).length > 0) count()
  })
  pubsub.subscribe(topic)
  // The publisher learns of it with the next exchange of subscriptions; a heartbeat is enough.
  const ready = new Promise<void>((resolve) => {
    pubsub.addEventListener('gossipsub:heartbeat', () => resolve(), { once: true })
  })
  return { arrived, ready }
}

async function publishAndWait(
  peer: BarePeer,
  listener: Listener,
  order: { readonly topic: string; readonly messages: number; readonly bytes: number; readonly batch: number },
): Promise<Cost> {
  let batch = listener.arrived(order.batch)
  await peer.publish(order)
  const end = startMeter()
  for (let arrived = order.batch; ; arrived += order.batch) {
    await batch
    if (arrived >= order.messages) return end()
    batch = listener.arrived(order.batch)
    peer.acknowledge()
  }
}

interface Measured {
  readonly peer: BarePeer
  readonly network: Network
  readonly topic: string
}

/** What one message costs this process, by how many subscribe to it. */
async function subscribersCost(report: Report, { peer, network, topic, listener }: Measured & { listener: Listener }) {
  const messages = 1000
  const costWith = async (subscribers: number): Promise<Cost> => {
    const others = Array.from({ length: subscribers - 1 }, () => {
      return listenOurs(network.gossip.subscribe(benchTopic, { maxQueued: 1024 }))
    })
    const cost = await publishAndWait(peer, listener, { topic, messages, bytes: 1000, batch: 100 })
    for (const other of others) other.stop()
    return cost
  }
  const costs = await sideBySide(
    { one: () => costWith(1), ten: () => costWith(10), hundred: () => costWith(100) },
    ROUNDS,
  )
  const figure = { better: 'lower', samples: ROUNDS.samples } as const
  const unit = 'µs of CPU a message'
  for (const [subscribers, cost] of [
    [1, costs.one],
    [10, costs.ten],
    [100, costs.hundred],
  ] as const) {
    const value = (1000 * typical(cost, 'cpuMs')) / messages
    report({ ...figure, name: `gossip/cost-${subscribers}-subscribers`, value, unit })
  }
  report({ ...figure, name: 'gossip/cost-100-to-1', value: ratio(costs.hundred, costs.one, 'cpuMs'), unit: '×' })
}

/** What a subscription holds whose consumer takes nothing, while many times its bound goes by. */
async function slowConsumer(report: Report, { peer, network, topic }: Measured): Promise<void> {
  const slow = network.gossip.subscribe(benchTopic, { maxQueued: 64 })
  const quick = network.gossip.subscribe(benchTopic, { maxQueued: 1024 })
  const listener = listenOurs(quick)
  const load = { topic, messages: 60, bytes: 100_000, batch: 10 }
  const goBy = async (): Promise<number> => {
    for (let round = 0; round < 4; round++) await publishAndWait(peer, listener, load)
    // What gossipsub keeps for those who ask for it is gone after a few heartbeats.
    await setTimeout(QUIET_MS)
    return heldBytes()
  }
  const before = await goBy()
  const value = ((await goBy()) - before) / MIB
  report({ name: 'gossip/slow-consumer-growth', value, unit: 'MiB', goal: 8, better: 'lower', samples: 1 })
  if (slow.dropped === 0) throw new Error('the slow consumer lost nothing: it was not slow')
  slow.stop()
  listener.stop()
}

/** A bare node that greeted the publisher as every peer must. */
async function startBareListener(peer: BarePeer): Promise<BareNode> {
  const node = await createBareNode([])
  const connection = await node.dial(multiaddr(peer.address))
  const reqresp = createReqResp({
    libp2p: node,
    chain: benchChain,
    clock: systemClock,
    selectPeer: () => undefined,
    onPenalty: () => {},
  })
  await reqresp.request(protocols.ping, 0n, { peer: connection.remotePeer.toString() }).single()
  return node
}
