import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { readMetrics } from '../kit/read-metrics.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const soon = () => AbortSignal.timeout(45_000)

async function startBootnode() {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
  stops.push(devnet.stop)
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    metrics: { port: 0 },
    maxClients: 7,
  })
  stops.push(bootnode.stop)
  await bootnode.ready({ signal: soon() })
  return { devnet, bootnode }
}

/** What a dashboard shows, each with what must be among its labels. */
const families: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['lampara_info', { chain: 'lampara-devnet' }],
  ['lampara_ready', {}],
  ['lampara_state', { state: 'following' }],
  ['lampara_head_slot', { kind: 'optimistic' }],
  ['lampara_head_age_seconds', { kind: 'optimistic' }],
  ['lampara_head_participation_ratio', { kind: 'finalized' }],
  ['lampara_clients', {}],
  ['lampara_clients_max', {}],
  ['lampara_peers', { network: 'upstream', direction: 'outbound', transport: 'tcp', state: 'connected' }],
  ['lampara_peers', { network: 'downstream', direction: 'inbound', transport: 'websocket', state: 'connected' }],
  ['lampara_dials_total', { network: 'upstream', outcome: 'succeeded' }],
  ['lampara_gossip_messages_total', { network: 'upstream', verdict: 'accept' }],
  ['lampara_gossip_queued', { network: 'downstream' }],
  ['lampara_gossip_dropped_total', { network: 'upstream' }],
  ['lampara_gossip_subscribers', { network: 'downstream', topic: 'light_client_optimistic_update' }],
  ['lampara_requests_total', { network: 'downstream', direction: 'inbound', outcome: 'complete' }],
  ['lampara_request_duration_seconds_bucket', { protocol: 'light_client_bootstrap', le: '+Inf' }],
  ['lampara_verification_duration_seconds_count', { kind: 'signature' }],
  ['lampara_tunnels', {}],
  ['lampara_tunnel_refusals_total', { reason: 'target_unknown' }],
  ['lampara_tunnel_bytes_total', { direction: 'to_clients' }],
  ['lampara_bytes_total', { network: 'downstream', direction: 'sent' }],
  ['lampara_event_loop_delay_seconds', { statistic: 'p99' }],
  ['nodejs_heap_size_used_bytes', {}],
  ['process_resident_memory_bytes', {}],
]

describe('the metrics of a bootnode', { timeout: 40_000 }, () => {
  it('tell Prometheus of everything that a dashboard shows, on a listener of its own, without a peer id', async () => {
    const { bootnode } = await startBootnode()
    const client = await createLightClient({
      chain: bootnode.chain,
      bootnodes: bootnode.addresses,
      checkpoint: bootnode.checkpoint()!,
    })
    stops.push(client.stop)
    await client.ready({ signal: soon() })
    const url = bootnode.metricsUrl!
    expect(new URL(url).hostname).toBe('127.0.0.1')
    const subscribed = async () =>
      (await readMetrics(url)).value('lampara_gossip_subscribers', { network: 'downstream' })
    await expect.poll(subscribed, { timeout: 45_000 }).toBe(1)
    const metrics = await readMetrics(url)
    expect(families.filter(([name, labels]) => metrics.value(name, labels) === undefined)).toEqual([])
    expect(metrics.value('lampara_ready')).toBe(1)
    expect(metrics.value('lampara_clients')).toBe(1)
    expect(metrics.value('lampara_clients_max')).toBe(7)
    expect(metrics.value('lampara_state', { state: 'following' })).toBe(1)
    const head = metrics.value('lampara_head_slot', { kind: 'optimistic' })!
    expect(metrics.value('lampara_clock_slot')! - head).toBeLessThan(10)
    for (const peerId of [client.network.peerId, bootnode.downstream.peerId, bootnode.client.network.peerId]) {
      expect(metrics.text).not.toContain(peerId)
    }
    // Not on the listener that the public reaches.
    expect((await fetch(`${bootnode.url}/metrics`)).status).toBe(404)
    expect((await fetch(url.replace('/metrics', '/other'))).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  })

  it('pass promtool, and answer many scrapes at once', async ({ skip }) => {
    if (spawnSync('promtool', ['--version']).status !== 0) {
      if (process.env.CI) throw new Error('promtool is not installed: it comes with the Debian package prometheus')
      skip('promtool is not installed')
    }
    const { bootnode } = await startBootnode()
    const texts = await Promise.all(Array.from({ length: 10 }, () => readMetrics(bootnode.metricsUrl!)))
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: texts[0]!.text,
      encoding: 'utf8',
    })
    // What does not change is told in the same words: a start time that moves would be a restart.
    const starts = texts.map((each) => each.value('process_start_time_seconds'))
    expect(new Set(starts).size).toBe(1)
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
  })

  it('are served nowhere unless asked for, and a taken port is told in words', async () => {
    const { devnet, bootnode } = await startBootnode()
    const options = { chain: devnet.chain, upstream: devnet.addresses, checkpoint: devnet.checkpoint() }
    const without = await createBootnode(options)
    stops.push(without.stop)
    expect(without.metricsUrl).toBeUndefined()
    const port = Number(new URL(bootnode.metricsUrl!).port)
    await expect(createBootnode({ ...options, metrics: { port } })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(`Cannot serve metrics on 127.0.0.1:${port}`),
    })
  })
})
