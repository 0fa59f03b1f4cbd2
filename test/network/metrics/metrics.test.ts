import { afterEach, describe, expect, it } from 'vitest'
import { createDevnet } from '../../../src/devnet/index.ts'
import { createLightClient, createNetwork, mainnet, topics } from '../../../src/index.ts'
import { createMeter } from '../../../src/network/metrics/meter.ts'
import { countPeers } from '../../../src/network/metrics/peer-metrics.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = () => AbortSignal.timeout(45_000)
const id = '16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'
const nothing = { peers: () => [], gossip: () => new Map() }

describe('the metrics of a network', () => {
  it('count peers by direction and transport, dials, bytes, requests and gossip of a client that follows', async () => {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
    stops.push(devnet.stop)
    const client = await createLightClient({
      chain: devnet.chain,
      staticPeers: devnet.addresses,
      checkpoint: devnet.checkpoint(),
    })
    stops.push(client.stop)
    const { network } = client
    const first = await client.ready({ signal: soon() })
    const before = network.metrics
    for await (const head of client.heads({ signal: soon() })) if (head.slot >= first.slot + 3) break
    const accepted = () => network.metrics.gossip.light_client_optimistic_update?.received.accept
    await expect.poll(accepted).toBeGreaterThanOrEqual(2)
    const after = network.metrics
    expect(after.peers.now).toEqual([{ direction: 'outbound', transport: 'tcp', state: 'connected', count: 1 }])
    expect(after.peers.connected).toBe(1)
    expect(after.dials).toEqual({ attempted: 1, succeeded: 1, failed: {} })
    expect(after.bytes.received).toBeGreaterThan(before.bytes.received)
    expect(after.bytes.sent).toBeGreaterThan(0)
    const bootstrap = after.requests.outbound.light_client_bootstrap!
    expect(bootstrap.outcomes.complete).toBeGreaterThan(0)
    expect(bootstrap.durations.counts.reduce((sum, count) => sum + count, 0)).toBe(bootstrap.durations.count)
    const topic = after.gossip.light_client_optimistic_update!
    expect(topic.received.accept).toBeGreaterThanOrEqual(2)
    expect(topic.receivedBytes).toBeGreaterThan(0)
    expect(topic.subscribers).toBe(1)
    // The client joins by a subscription that nobody reads: that it is full is no loss.
    expect(topic.dropped).toBe(0)
    expect(after.verification.signature!.count).toBeGreaterThanOrEqual(2)
    expect(JSON.stringify(after)).not.toContain('16Uiu2')
  })

  it('count what a subscription that is read has dropped, also after it is over', async () => {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 250, forks: { electra: 0 } })
    stops.push(devnet.stop)
    const network = await createNetwork({ chain: devnet.chain, staticPeers: devnet.addresses })
    stops.push(() => network.stop())
    const topic = topics.lightClientOptimisticUpdate
    const slow = network.gossip.subscribe(topic, { maxQueued: 1, overflow: 'drop-oldest' })
    const reading = slow[Symbol.asyncIterator]()
    await reading.next()
    const dropped = () => network.metrics.gossip[topic.name]!.dropped
    await expect.poll(dropped, { timeout: 45_000 }).toBeGreaterThan(1)
    const before = dropped()
    slow.stop()
    expect(dropped()).toBeGreaterThanOrEqual(before)
  })

  it('tell failed dials by reason', async () => {
    const network = await createNetwork({ chain: mainnet, targetPeers: 0 })
    stops.push(() => network.stop())
    await expect(network.connect(`/ip4/127.0.0.1/tcp/1/p2p/${id}`)).rejects.toMatchObject({ code: 'dial_failed' })
    expect(network.metrics.dials).toEqual({ attempted: 1, succeeded: 0, failed: { refused: 1 } })
  })

  it('are a copy, whose labels are bounded whatever is counted', () => {
    const meter = createMeter()
    for (let i = 0; i < 1000; i++) {
      meter.onMessage(`topic ${i}`, 'accept', 1)
      meter.onRequest('inbound', `method ${i}`, 'complete', i)
      meter.onDial()({ error: Object.assign(new Error('x'), { name: `Strange${i}` }) })
      meter.onVerified(`kind ${i}`, 1)
    }
    const metrics = meter.snapshot(nothing)
    for (const counted of [metrics.gossip, metrics.requests.inbound, metrics.dials.failed, metrics.verification]) {
      expect(Object.keys(counted)).toHaveLength(64)
      expect(Object.keys(counted)).toContain('other')
    }
    const sum = Object.values(metrics.dials.failed).reduce((total, count) => total + count, 0)
    expect(sum).toBe(1000)
    meter.onMessage('topic 0', 'reject', 1)
    expect(metrics.gossip['topic 0']!.received).toEqual({ accept: 1, ignore: 0, reject: 0 })
  })

  it.each([
    ['/ip4/1.2.3.4/tcp/1/p2p/x', 'tcp'],
    ['/ip4/1.2.3.4/udp/1/quic-v1', 'quic'],
    ['/dns4/a.example/tcp/443/tls/ws', 'websocket'],
    ['/dns4/a.example/tcp/443/wss', 'websocket'],
    ['/ip4/1.2.3.4/udp/1/quic-v1/webtransport/certhash/x', 'webtransport'],
    ['/ip4/1.2.3.4/udp/1/webrtc-direct/certhash/x', 'webrtc'],
    ['/ip4/1.2.3.4/tcp/1/ws/p2p/x/p2p-circuit/webrtc', 'webrtc'],
    ['/ip4/1.2.3.4/tcp/1/ws/p2p/x/p2p-circuit', 'relay'],
    ['/p2p/x/lampara-tunnel/ip4/1.2.3.4/tcp/1/p2p/y', 'tunnel'],
    ['anything else', 'other'],
  ])('label %s as %s', (address, transport) => {
    const peer = { address, direction: 'inbound', state: 'connected' } as const
    expect(countPeers([peer, { ...peer, state: 'disconnected' }])).toEqual([
      { direction: 'inbound', transport, state: 'connected', count: 1 },
    ])
  })
})
