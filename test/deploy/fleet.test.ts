// Three bootnodes behind HAProxy, watched by Prometheus, each restarted in turn while clients follow. `npm run test:fleet` has
// 300 clients, restarts each in both ways, and lets Prometheus scrape for a minute.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { fetchJoinDocument } from '../../src/discovery/index.ts'
import { createLightClient, type LightClient } from '../../src/light-client/index.ts'
import { type CliProcess, startCli } from '../kit/cli/cli-process.ts'
import { freePorts, program, startProgram } from '../kit/deploy/programs.ts'
import { haproxyFile, hostOf } from '../kit/deploy/proxy-configs.ts'

const ends: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const CLIENTS = Number(process.env.LAMPARA_FLEET_CLIENTS ?? 9)
const SCRAPE_MS = Number(process.env.LAMPARA_FLEET_SCRAPE_SECONDS ?? 5) * 1000
const isFull = CLIENTS >= 100
const SLOT_MS = isFull ? 4000 : 1000
/** Which bootnode is ended how. */
const restarts: readonly (readonly [number, 'SIGTERM' | 'SIGKILL'])[] = isFull
  ? [0, 1, 2].flatMap((index) => [[index, 'SIGTERM'] as const, [index, 'SIGKILL'] as const])
  : [
      [0, 'SIGTERM'],
      [1, 'SIGKILL'],
    ]
const soon = (seconds = 40) => AbortSignal.timeout(seconds * 1000)

interface Fleet {
  readonly ids: readonly string[]
  readonly httpPorts: readonly number[]
  readonly metricsPorts: readonly number[]
  process(index: number): CliProcess
  start(index: number): Promise<void>
}

async function startFleet(devnet: Devnet, folder: string, port: number): Promise<Fleet> {
  const rest = await freePorts(9)
  const [webSocketPorts, httpPorts, metricsPorts] = [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)]
  const processes: CliProcess[] = []
  const ids: string[] = []
  async function start(index: number): Promise<void> {
    const siblings = httpPorts.filter((_, other) => other !== index).map((each) => `http://127.0.0.1:${each}`)
    const args = {
      '--join': devnet.restUrl,
      '--port': webSocketPorts[index],
      '--http-port': httpPorts[index],
      '--metrics-port': metricsPorts[index],
      '--announce': `/ip4/${hostOf(index)}/tcp/${port}/ws`,
      '--join-peers': siblings.join(','),
      '--data-dir': join(folder, `b${index}`),
      '--drain': 2,
    }
    const bootnode = startCli(['bootnode', ...Object.entries(args).flat().map(String), '--json'])
    processes[index] = bootnode
    const { addresses } = await bootnode.line(({ type }) => type === 'listening')
    ids[index] = /\/p2p\/([^/]+)$/.exec((addresses as string[])[0]!)![1]!
    await bootnode.line(({ state }) => state === 'following')
  }
  ends.push(() => Promise.all(processes.map((each) => each.kill())))
  await Promise.all([0, 1, 2].map(start))
  const proxy = await haproxyFile(folder, { port, webSocketPorts, httpPorts })
  const haproxy = await startProgram(program('haproxy')!, ['-db', '-f', proxy], port)
  ends.push(haproxy.stop)
  return { ids, httpPorts, metricsPorts, start, process: (index) => processes[index]! }
}

/** Follows until the client stops. @returns the slots of the heads that came */
function collectHeads(client: LightClient): number[] {
  const slots: number[] = []
  void (async () => {
    for await (const { slot } of client.heads()) slots.push(slot)
  })().catch(() => {})
  return slots
}

describe('a fleet of bootnodes', { timeout: isFull ? 900_000 : 120_000 }, () => {
  it('keeps every client at the head while each bootnode is restarted, gets its share of them back, and is scraped', async ({
    skip,
  }) => {
    if (program('haproxy') === undefined || program('prometheus') === undefined)
      skip('HAProxy or Prometheus is missing')
    const folder = await mkdtemp(join(tmpdir(), 'lampara-fleet-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: SLOT_MS, forks: { electra: 0 } })
    ends.push(devnet.stop)
    const [port = 0, prometheusPort = 0] = await freePorts(2)
    const fleet = await startFleet(devnet, folder, port)
    const prometheus = await startPrometheus(folder, prometheusPort, fleet.metricsPorts)
    ends.push(prometheus.stop)
    const scrapedSinceMs = Date.now()

    const base = `http://127.0.0.1:${port}`
    const listed = () =>
      Promise.all(
        fleet.httpPorts.map(
          async (each) => (await fetchJoinDocument(`http://127.0.0.1:${each}`, { signal: soon() })).bootnodes.length,
        ),
      )
    await expect.poll(listed, { timeout: 60_000, interval: 500 }).toEqual([3, 3, 3])
    const clients: LightClient[] = []
    for (let i = 0; i < CLIENTS; i += 10) {
      const arriving = Array.from({ length: Math.min(10, CLIENTS - i) }, async () => {
        const { chain, bootnodes, checkpoint } = await fetchJoinDocument(base, { signal: soon() })
        const client = await createLightClient({ chain, bootnodes, checkpoint: checkpoint!, maxBootnodes: 1 })
        ends.push(client.stop)
        await client.ready({ signal: soon() })
        return client
      })
      clients.push(...(await Promise.all(arriving)))
    }
    const published: number[] = []
    void (async () => {
      for await (const event of devnet.events()) {
        if (event.type === 'published' && event.object.kind === 'optimistic_update') {
          published.push(event.object.value.attestedHeader.beacon.slot)
        }
      }
    })().catch(() => {})
    const heads = clients.map(collectHeads)
    const sessions = () =>
      fleet.ids.map((id) => clients.filter(({ network }) => network.peers.some((peer) => peer.id === id)).length)
    const before = sessions()
    expect(before.reduce((sum, count) => sum + count, 0)).toBe(CLIENTS)

    for (const [index, signal] of restarts) {
      const bootnode = fleet.process(index)
      bootnode.signal(signal)
      expect(await bootnode.ended).toEqual(
        signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal: 'SIGKILL' },
      )
      // Nobody is left behind: all are with the two others.
      await expect.poll(() => sessions().reduce((sum, count) => sum + count, 0), { timeout: 45_000 }).toBe(CLIENTS)
      expect(sessions()[index]).toBe(0)
      await fleet.start(index)
      await expect.poll(sessions, { timeout: 90_000 }).toEqual(before)
    }
    // Every client has seen a head since the last restart.
    const last = published.at(-1)!
    await expect.poll(() => heads.every((slots) => slots.at(-1)! > last), { timeout: 45_000 }).toBe(true)
    for (const slots of heads) expect(longestMiss(published, slots)).toBeLessThanOrEqual(2)
    for (const { status } of clients) expect(status.state).toBe('following')

    await new Promise((resolve) => setTimeout(resolve, Math.max(0, scrapedSinceMs + SCRAPE_MS - Date.now())))
    const query = async (expr: string) => {
      const response = await fetch(`http://127.0.0.1:${prometheusPort}/api/v1/query?query=${encodeURIComponent(expr)}`)
      const { data } = (await response.json()) as { data: { result: { metric: Labels; value: [number, string] }[] } }
      return data.result
    }
    await expect.poll(async () => (await query('up == 1')).length, { timeout: 45_000 }).toBe(3)
    await expect
      .poll(async () => Number((await query('sum(lampara_clients)'))[0]?.value[1]), { timeout: 45_000 })
      .toBe(CLIENTS)
    expect((await query('lampara_state{state="following"} == 1')).length).toBe(3)
    const firing = (await query('ALERTS{alertstate="firing"}')).map(({ metric }) => metric.alertname)
    expect(firing).toEqual([])
  })
})

type Labels = Readonly<Record<string, string>>

/** The most published heads in a row that did not come. */
function longestMiss(published: readonly number[], slots: readonly number[]): number {
  const came = new Set(slots)
  let longest = 0
  let run = 0
  for (const slot of published) {
    if (slot <= slots[0]! || slot > slots.at(-1)!) continue
    run = came.has(slot) ? 0 : run + 1
    longest = Math.max(longest, run)
  }
  return longest
}

async function startPrometheus(folder: string, port: number, targets: readonly number[]) {
  const file = join(folder, 'prometheus.yml')
  const rules = fileURLToPath(new URL('../../deploy/prometheus/alerts.yml', import.meta.url))
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: [
      { job_name: 'lampara', static_configs: [{ targets: targets.map((each) => `127.0.0.1:${each}`) }] },
    ],
  }
  await writeFile(file, JSON.stringify(config))
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]
  return startProgram(program('prometheus')!, args, port)
}
