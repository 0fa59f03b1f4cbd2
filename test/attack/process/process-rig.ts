import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Chain } from '../../../src/chain/index.ts'
import { createDevnet } from '../../../src/devnet/index.ts'
import { fetchJoinDocument } from '../../../src/discovery/index.ts'
import { topics } from '../../../src/gossip/index.ts'
import { createLightClient, type LightClient } from '../../../src/light-client/index.ts'
import { startCli } from '../../kit/cli/cli-process.ts'
import { slotNow, topicAt } from '../../kit/network.ts'
import { type ReadMetrics, readMetrics } from '../../kit/read-metrics.ts'
import { serviceAttacks } from '../service-attacks.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** As `docs/bootnode.md` has it. Without the second, V8 lets its young generation grow to 128 MiB, and seldom gives it back. */
const NODE_OPTIONS = '--max-old-space-size=512 --max-semi-space-size=8'
const MIB = 1024 * 1024

/** How a rig is made, and for how long it measures. */
export interface RigOptions {
  readonly slotMs: number
  readonly honestClients: number
  readonly calmMs: number
  readonly attackMs: number
  /** After the attack, before memory is read again. */
  readonly settleMs: number
}

/** What one phase showed. Delays are those of honest clients' heads after the start of their slot. */
export interface Phase {
  readonly heads: number
  /** Heads that one client had and another had not, of all clients. */
  readonly missed: number
  readonly medianMs: number
  readonly p95Ms: number
  readonly eventLoopMaxMs: number
}

/** Memory of the bootnode's process, in MiB. */
export interface Memory {
  readonly heapUsed: number
  readonly heapTotal: number
  readonly external: number
}

/** What an attack did, and what ended it. */
export interface AttackReport {
  readonly attack: string
  readonly calm: Phase
  readonly attacked: Phase
  readonly rssBeforeMib: number
  readonly rssAfterMib: number
  readonly memory: Memory
  /** Clients of the bootnode at the end of the attack: the honest ones, and attackers still connected. */
  readonly seats: number
  /** How the attacker's connections ended, counted by itself. */
  readonly endings: Readonly<Record<string, number>>
  /** `lampara_limits_exceeded_total` of the bootnode, by cause, since before the attack, and how many peers it banned. */
  readonly causes: Readonly<Record<string, number>>
  /** False when the process is gone. */
  readonly isAlive: boolean
}

/** A devnet, a bootnode in a process of its own, and honest clients. */
export interface ProcessRig {
  measure(attack: string): Promise<AttackReport>
  stop(): Promise<void>
}

interface Seen {
  readonly client: number
  readonly slot: number
  readonly delayMs: number
}

/** Starts a rig. */
export async function startRig(options: RigOptions): Promise<ProcessRig> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: options.slotMs, forks: { electra: 0 } })
    ends.push(devnet.stop)
    const listen = ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/udp/0/quic-v1'].flatMap((one) => ['--listen', one])
    const args = ['bootnode', '--join', devnet.restUrl, ...listen, '--relay', '--metrics-port', '0', '--json']
    const bootnode = startCli(args, { NODE_OPTIONS })
    ends.push(bootnode.kill)
    const listening = await bootnode.line(({ type }) => type === 'listening')
    await bootnode.line(({ state }) => state === 'following')
    const seen: Seen[] = []
    const joinUrl = String(listening.joinUrl)
    for (let index = 0; index < options.honestClients; index++) {
      const client = await startHonestClient(joinUrl)
      ends.push(client.stop)
      collectHeads(client, index, devnet.chain, seen)
    }
    let isAlive = true
    void bootnode.ended.then(() => {
      isAlive = false
    })
    const target = {
      chain: devnet.chain,
      addresses: listening.addresses as readonly string[],
      scrape: () => readMetrics(String(listening.metricsUrl)).catch(() => undefined),
      isAlive: () => isAlive,
    }
    return { measure: (attack) => measure(attack, target, seen, options), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startHonestClient(joinUrl: string): Promise<LightClient> {
  const signal = AbortSignal.timeout(60_000)
  const { chain, bootnodes, checkpoint } = await fetchJoinDocument(joinUrl, { signal })
  const client = await createLightClient({ chain, bootnodes, checkpoint: checkpoint! })
  try {
    await client.ready({ signal })
    return client
  } catch (error) {
    await client.stop()
    throw error
  }
}

function collectHeads(client: LightClient, index: number, chain: Chain, seen: Seen[]): void {
  void (async () => {
    for await (const { slot } of client.heads()) {
      const startMs = chain.genesisTimeMs + slot * chain.slotDurationMs
      seen.push({ client: index, slot, delayMs: Date.now() - startMs })
    }
  })().catch(() => {})
}

interface Target {
  readonly chain: Chain
  readonly addresses: readonly string[]
  scrape(): Promise<ReadMetrics | undefined>
  isAlive(): boolean
}

async function measure(attack: string, target: Target, seen: Seen[], options: RigOptions): Promise<AttackReport> {
  const phase = async (ms: number): Promise<Phase> => {
    await target.scrape() // The event loop is measured from one scrape to the next.
    seen.length = 0
    await wait(ms)
    const lateS = (await target.scrape())?.value('lampara_event_loop_delay_seconds', { statistic: 'max' })
    return summarize([...seen], options.honestClients, lateS)
  }
  const calm = await phase(options.calmMs)
  const before = await target.scrape()
  const topic = topicAt(target.chain, topics.lightClientOptimisticUpdate.name, slotNow(target.chain))
  const attacker = startAttacker(addressFor(attack, target.addresses), topic, attack)
  try {
    const attacked = await phase(options.attackMs)
    const during = await target.scrape()
    await attacker.kill()
    await wait(options.settleMs)
    const after = await target.scrape()
    return {
      attack,
      calm,
      attacked,
      rssBeforeMib: rssMib(before),
      rssAfterMib: rssMib(after),
      memory: memoryOf(after),
      seats: during?.value('lampara_clients') ?? Number.NaN,
      endings: attacker.endings,
      causes: causesSince(before, after),
      isAlive: target.isAlive(),
    }
  } finally {
    await attacker.kill()
  }
}

/** Counts heads, and those that one client had and another did not, between the first and the last of the phase. */
function summarize(seen: readonly Seen[], clients: number, lateS = Number.NaN): Phase {
  const slots = [...new Set(seen.map(({ slot }) => slot))].sort((a, b) => a - b)
  // The first and the last may have come to some of the clients outside of the phase.
  const whole = new Set(slots.slice(1, -1))
  const had = new Set(seen.filter(({ slot }) => whole.has(slot)).map(({ client, slot }) => `${client}:${slot}`))
  const delays = seen.map(({ delayMs }) => delayMs).sort((a, b) => a - b)
  const at = (share: number): number => Math.round(delays[Math.floor(share * (delays.length - 1))] ?? Number.NaN)
  return {
    heads: slots.length,
    missed: whole.size * clients - had.size,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    eventLoopMaxMs: Math.round(lateS * 1000),
  }
}

function memoryOf(metrics: ReadMetrics | undefined): Memory {
  const mib = (name: string): number => Math.round((metrics?.value(`nodejs_${name}_bytes`) ?? Number.NaN) / MIB)
  return { heapUsed: mib('heap_size_used'), heapTotal: mib('heap_size_total'), external: mib('external_memory') }
}

function rssMib(metrics: ReadMetrics | undefined): number {
  return Math.round((metrics?.value('process_resident_memory_bytes') ?? Number.NaN) / MIB)
}

function causesSince(before: ReadMetrics | undefined, after: ReadMetrics | undefined): Record<string, number> {
  const causes: Record<string, number> = {}
  for (const [, cause = ''] of after?.text.matchAll(/^lampara_limits_exceeded_total\{.*cause="([a-z_]+)"/gm) ?? []) {
    const labels = { network: 'downstream', cause }
    const more =
      (after?.value('lampara_limits_exceeded_total', labels) ?? 0) -
      (before?.value('lampara_limits_exceeded_total', labels) ?? 0)
    if (more > 0) causes[cause] = more
  }
  // Those that a limit ended are among them.
  const bannedIn = (metrics: ReadMetrics | undefined): number =>
    metrics?.value('lampara_peer_events_total', { network: 'downstream', event: 'banned' }) ?? 0
  const banned = bannedIn(after) - bannedIn(before)
  if (banned > 0) causes.banned = banned
  return causes
}

function addressFor(attack: string, addresses: readonly string[]): string {
  const part = serviceAttacks[attack]?.over === 'quic' ? '/quic-v1' : '/ws'
  return addresses.find((address) => address.includes(part))!
}

function startAttacker(address: string, topic: string, attack: string) {
  const program = 'test/attack/process/attacker-process.ts'
  const child = spawn(process.execPath, ['--import', './scripts/support/source.mjs', program, address, topic, attack], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const endings: Record<string, number> = {}
  createInterface(child.stdout).on('line', (line) => {
    const { ending } = JSON.parse(line) as { readonly ending: string }
    endings[ending] = (endings[ending] ?? 0) + 1
  })
  return {
    endings,
    async kill(): Promise<void> {
      child.kill('SIGKILL')
      await closed
    },
  }
}
