import { createNetwork } from '../network/index.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'
import { openDataDir } from './options/data-dir.ts'
import { type PeersOptions, parsePeersOptions, peersHelp } from './peers/options.ts'
import { drawTable, printEvents } from './peers/watch.ts'

/** Beyond this a timer fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * `lampara peers`: lists the peers that it meets, as they come and go.
 *
 * @returns 0 when its time is up; 130 when interrupted
 * @throws LamparaError `invalid_argument`; as `fetchJoinDocument()`, `openStorage()` and `createNetwork()`
 */
export async function run(argv: string[], io: CliIo): Promise<number> {
  const options = await parsePeersOptions(argv, io.signal, io.stderr)
  if (options === 'help') {
    io.stdout(peersHelp)
    return exitStatus.ok
  }
  const kept = await openDataDir(options.network.chain, options.dataDir)
  try {
    return await watch({ ...options, network: { ...options.network, ...kept } }, io)
  } finally {
    await kept.storage?.close()
  }
}

async function watch(options: PeersOptions, io: CliIo): Promise<number> {
  const over = new AbortController()
  const timer = options.forMs <= MAX_TIMER_MS ? setTimeout(() => over.abort(), options.forMs) : undefined
  const network = await createNetwork({ ...options.network, signal: io.signal })
  try {
    const signal = AbortSignal.any([io.signal, over.signal])
    if (io.isTty && !options.json) {
      const stop = drawTable(network, io)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      stop()
    } else await printEvents(network, io, options.json, signal)
    io.signal.throwIfAborted()
    return exitStatus.ok
  } finally {
    clearTimeout(timer)
    await network.stop()
  }
}
