import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from './free-ports.ts'
import type { Lodestar } from './lodestar.ts'
import { startNodeProcess } from './node-process.ts'

const program = fileURLToPath(new URL('../../interop/lodestar-modern/node.mjs', import.meta.url))
const START_TIMEOUT_MS = 60_000
/** From its start to genesis: it must be up by then, or proposals are missed. */
const GENESIS_DELAY_MS = 12_000
const STOP_TIMEOUT_MS = 6_000

/** Options of a chain of the minimal preset in Electra; each fork by its epoch. */
export interface ModernOptions {
  readonly fuluEpoch: number
  readonly blobEpoch: number
  /** It never runs longer, whatever becomes of the tests. */
  readonly maxRunMs: number
}

/** What the node says of its addresses. */
interface Ready {
  readonly peerId: string
  readonly enr: string
  readonly addresses: readonly string[]
}

/** Starts a Lodestar beacon node of version 1.44 with all validators of a chain of its own, in slots of two seconds. */
export async function startModernLodestar({ fuluEpoch, blobEpoch, maxRunMs }: ModernOptions): Promise<Lodestar> {
  const directory = await mkdtemp(join(tmpdir(), 'lampara-lodestar-'))
  const [tcp, udp, quic, rest] = await freePorts(4)
  const genesis = Math.ceil((Date.now() + GENESIS_DELAY_MS) / 1000)
  const forks = JSON.stringify({ FULU_FORK_EPOCH: fuluEpoch })
  const blobs = JSON.stringify([{ EPOCH: blobEpoch, MAX_BLOBS_PER_BLOCK: 12 }])
  const options = { dir: directory, tcp, udp, quic, rest, genesis, forks, blobs }
  const restUrl = `http://127.0.0.1:${rest}`
  const { log, get, stop } = startNodeProcess({
    command: [program, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])],
    directory,
    restUrl,
    maxRunMs,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  })
  try {
    const line = await log.line(/^READY /, { signal: AbortSignal.timeout(START_TIMEOUT_MS) })
    const { peerId, enr, addresses } = JSON.parse(line.slice('READY '.length)) as Ready
    return { restUrl, peerId, addresses: [...new Set(addresses)], record: enr, log, get, stop }
  } catch (error) {
    await stop()
    throw new Error(`Lodestar did not start. It said:\n${log.last(30)}`, { cause: error })
  }
}

/**
 * The slots of the optimistic updates that it publishes, by its Beacon API's events, until the signal aborts. It ends the
 * stream after some minutes: then another one is opened.
 */
export async function* publishedSlots(lodestar: Lodestar, signal: AbortSignal): AsyncGenerator<number> {
  while (!signal.aborted) yield* publishedOnce(lodestar, signal)
}

async function* publishedOnce(lodestar: Lodestar, signal: AbortSignal): AsyncGenerator<number> {
  const url = `${lodestar.restUrl}/eth/v1/events?topics=light_client_optimistic_update`
  const response = await fetch(url, { signal, headers: { accept: 'text/event-stream' } })
  let text = ''
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    const events = text.split('\n\n')
    text = events.pop()!
    for (const event of events) {
      const slot = /^data:.*?"attested_header":\{"beacon":\{"slot":"(\d+)"/m.exec(event)?.[1]
      if (slot !== undefined) yield Number(slot)
    }
  }
}
