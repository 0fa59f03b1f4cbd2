import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from './free-ports.ts'
import type { LogBook } from './log-book.ts'
import { startNodeProcess } from './node-process.ts'

const folder = new URL('../../interop/lodestar/', import.meta.url)
const program = fileURLToPath(new URL('node_modules/@chainsafe/lodestar/lib/index.js', folder))

/** It never runs longer, whatever becomes of the tests. */
const MAX_RUN_MS = 240_000
/** From its start to the first slot: it must be up by then, or proposals are missed. */
const GENESIS_DELAY_MS = 10_000
const START_TIMEOUT_MS = 60_000
/** It says goodbye at once, and then may take long to close its database. */
const STOP_TIMEOUT_MS = 3_000
/** With one second it may never finalize. */
const SECONDS_PER_SLOT = 2
const VALIDATORS = 16

/** A running Lodestar beacon node with all validators of a chain of its own, on 127.0.0.1. */
export interface Lodestar {
  /** Base URL of its Beacon API. */
  readonly restUrl: string
  readonly peerId: string
  /** Multiaddrs, each with `/p2p/…`. */
  readonly addresses: readonly string[]
  /** Its signed node record, which names such an address. */
  readonly record: string
  /** What it says, line by line. */
  readonly log: LogBook
  /** The `data` of an answer of its Beacon API. @throws Error for a status other than 2xx */
  get(path: string): Promise<unknown>
  /** Asks it to end, as Ctrl+C does, and ends it in any case. Idempotent. */
  stop(): Promise<void>
}

/**
 * Starts Lodestar, and resolves when its Beacon API answers; slot 0 begins some seconds later.
 *
 * @param options.discv5 - whether it takes part in discv5, on loopback and with nobody to begin with. @default false
 */
export async function startLodestar({ discv5 = false } = {}): Promise<Lodestar> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'lampara-lodestar-'))
  const [port, restPort, udpPort] = await freePorts(3)
  const reached = { 'enr.ip': '127.0.0.1', 'enr.tcp': port, 'enr.udp': udpPort }
  const discovery = { discv5, discoveryPort: udpPort, ...(discv5 && reached) }
  const restUrl = `http://127.0.0.1:${restPort}`
  const ports = { port, 'rest.port': restPort, server: restUrl }
  const options = { dataDir: dataDirectory, ...ports, ...chainOptions(), ...quiet, ...discovery }
  const { log, get, stop } = startNodeProcess({
    command: ['--import', new URL('preload.mjs', folder).href, program, 'dev', ...argumentsOf(options)],
    directory: dataDirectory,
    restUrl,
    maxRunMs: MAX_RUN_MS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  })
  try {
    await log.line(/Started REST API server/, { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
    const identity = (await get('/eth/v1/node/identity')) as { peer_id: string; p2p_addresses: string[]; enr: string }
    // One will do: on a busy machine the next would be dialed before the first has answered, and it would see us twice.
    const addresses = identity.p2p_addresses.filter((address) => address.startsWith('/ip4/127.0.0.1/tcp/')).slice(0, 1)
    return { restUrl, peerId: identity.peer_id, addresses, record: identity.enr, log, get, stop }
  } catch (error) {
    await stop()
    throw new Error(`Lodestar did not start. It said:\n${log.last(30)}`, { cause: error })
  }
}

const quiet = {
  eth1: false,
  rest: true,
  'rest.address': '127.0.0.1',
  'rest.namespace': '*',
  listenAddress: '127.0.0.1',
  'enr.ip': '127.0.0.1',
  mdns: false,
  // What it sends and receives, request by request.
  logLevel: 'debug',
  'sync.isSingleNode': true,
  'network.allowPublishToZeroPeers': true,
  // The test asks beside what our peer manager asks; on a busy machine both fall into one window of its quota.
  'network.rateLimitMultiplier': 0,
  subscribeAllSubnets: true,
}

function chainOptions(): Readonly<Record<string, string | number>> {
  return {
    genesisTime: Math.ceil((Date.now() + GENESIS_DELAY_MS) / 1000),
    genesisValidators: VALIDATORS,
    startValidators: `0..${VALIDATORS - 1}`,
    'params.SECONDS_PER_SLOT': SECONDS_PER_SLOT,
    'params.ALTAIR_FORK_EPOCH': 0,
  }
}

function argumentsOf(options: Readonly<Record<string, string | number | boolean | undefined>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
}
