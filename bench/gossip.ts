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
import { median, type Report } from './support/figure.ts'
import { benchChain, benchTopic, byteList } from './support/loads.ts'
import { heldBytes, MIB } from './support/memory.ts'

const SAMPLES = 11
const WARM_UP = 2
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
  const network = await createNetwork({ chain: benchChain, peers: [peer.address], targetPeers: 0 })
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
      const times = { ours: [] as number[], bare: [] as number[] }
      for (let round = 0; round < WARM_UP + SAMPLES; round++) {
        const turns = [
          { of: times.ours, topic: ourTopic, listener: ours },
          { of: times.bare, topic: bareTopic, listener: theirs },
        ]
        for (const { of, topic, listener } of round % 2 === 0 ? turns : turns.reverse()) {
          const took = await publishAndWait(peer, listener, { topic, ...load })
          if (round >= WARM_UP) of.push(took)
        }
      }
      const perSecond = (ms: number): number => (1000 * load.messages) / ms
      const rate = { unit: 'messages/s', better: 'higher', samples: SAMPLES } as const
      const ratio = median(times.bare) / median(times.ours)
      report({ ...rate, name: `gossip/subscribe-${name}`, value: ratio, unit: '× a bare listener', goal: 0.95 })
      report({ ...rate, name: `gossip/rate-${name}`, value: perSecond(median(times.ours)) })
      report({ ...rate, name: `gossip/rate-bare-${name}`, value: perSecond(median(times.bare)) })
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
  // The publisher hears of it with the next exchange of subscriptions; a heartbeat is enough.
  const ready = new Promise<void>((resolve) => {
    pubsub.addEventListener('gossipsub:heartbeat', () => resolve(), { once: true })
  })
  return { arrived, ready }
}

async function publishAndWait(
  peer: BarePeer,
  listener: Listener,
  order: { readonly topic: string; readonly messages: number; readonly bytes: number; readonly batch: number },
): Promise<number> {
  let batch = listener.arrived(order.batch)
  await peer.publish(order)
  const start = performance.now()
  for (let arrived = order.batch; ; arrived += order.batch) {
    await batch
    if (arrived >= order.messages) return performance.now() - start
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
  const costs = new Map<number, number>()
  const extra: Subscription<Uint8Array>[] = []
  for (const subscribers of [1, 10, 100]) {
    while (extra.length < subscribers - 1) {
      const subscription = network.gossip.subscribe(benchTopic, { maxQueued: 1024 })
      extra.push(subscription)
      listenOurs(subscription)
    }
    const samples: number[] = []
    for (let round = 0; round < 5; round++) {
      const before = process.cpuUsage()
      await publishAndWait(peer, listener, { topic, messages: 1000, bytes: 1000, batch: 100 })
      const { user, system } = process.cpuUsage(before)
      samples.push((user + system) / 1000)
    }
    costs.set(subscribers, median(samples))
    const unit = 'µs of CPU a message'
    report({
      name: `gossip/cost-${subscribers}-subscribers`,
      value: median(samples),
      unit,
      better: 'lower',
      samples: 5,
    })
  }
  for (const subscription of extra) subscription.stop()
  const ratio = costs.get(100)! / costs.get(1)!
  report({ name: 'gossip/cost-100-to-1', value: ratio, unit: '×', better: 'lower', samples: 5 })
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
    onOffence: () => {},
  })
  await reqresp.request(protocols.ping, 0n, { peer: connection.remotePeer.toString() }).single()
  return node
}
