import { type Bootnode, type BootnodeOptions, createBootnode } from '../bootnode/index.ts'
import { joinDocumentPath } from '../discovery/index.ts'
import { isLamparaError, type LamparaError, messageOf } from '../errors/index.ts'
import { onAbort } from '../streams/abort.ts'
import { systemClock } from '../streams/clock.ts'
import { runDns } from './bootnode/dns.ts'
import { logBootnode } from './bootnode/log-bootnode.ts'
import { bootnodeHelp, parseBootnodeOptions } from './bootnode/options.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'
import type { Log } from './log/create-log.ts'
import { libp2pLogger } from './log/libp2p-logger.ts'
import { openLog } from './options/log.ts'

/**
 * `lampara bootnode`: relays the chain to browsers until it is interrupted.
 *
 * @returns 0 when interrupted
 * @throws LamparaError `invalid_argument`; as `fetchJoinDocument()` and `createBootnode()`; why its light client failed
 */
export async function run(argv: string[], io: CliIo): Promise<number> {
  if (argv[0] === 'dns') return runDns(argv.slice(1), io)
  const options = await parseBootnodeOptions(argv, io.signal, io.stderr)
  if (options === 'help') {
    io.stdout(bootnodeHelp)
    return exitStatus.ok
  }
  const log = openLog(options.log, io)
  try {
    await runBootnode(options.bootnode, { log, drainMs: options.drainMs }, io)
    return exitStatus.ok
  } catch (error) {
    // Programs read standard output; people are told on standard error.
    if (options.log.format === 'json' && !io.signal.aborted) {
      log.error('failed', messageOf(error), { code: isLamparaError(error) ? error.code : undefined })
    }
    throw error
  }
}

/** What stopping may take beyond the window: the networks' own bounds are shorter. */
const STOP_MS = 15_000

async function runBootnode(
  options: BootnodeOptions,
  { log, drainMs }: { readonly log: Log; readonly drainMs: number },
  io: CliIo,
): Promise<void> {
  const bootnode = await start({ ...options, logger: libp2pLogger(log) }, io.signal)
  const joinUrl = `${bootnode.url}${joinDocumentPath}`
  const { addresses, metricsUrl } = bootnode
  log.info('listening', `Join at ${joinUrl}`, { addresses, joinUrl, metricsUrl })
  const stopLogging = logBootnode(bootnode, log)
  const failed = Promise.withResolvers<never>()
  const stopReloading = io.onReload?.(() => {
    log.info('reload', 'Reading the certificate again')
    void bootnode.reloadCertificate()
  })
  const unwatch = bootnode.client.watchStatus(({ state, error }) => {
    if (state === 'failed') failed.reject(error)
  })
  try {
    await Promise.race([untilAborted(io.signal), failed.promise])
    // Ctrl-C is somebody who waits for the end.
    const byOrchestrator = (io.signal.reason as LamparaError).details?.signal === 'SIGTERM'
    const windowMs = byOrchestrator ? drainMs : 0
    const clients = bootnode.downstream.status.peers
    log.info('stopping', `Stopping: ${messageOf(io.signal.reason)}`, { clients, drainMs: windowMs })
    await bounded(bootnode.drain({ windowMs }), windowMs + STOP_MS)
  } finally {
    unwatch()
    stopReloading?.()
    stopLogging()
    const inTime = await bounded(bootnode.stop(), STOP_MS)
    if (!inTime) log.warn('stop_late', `Not everything ended within ${STOP_MS / 1000} s`)
    log.info('stopped', 'Stopped')
  }
}

/** Aborts the start with the signal, but not what runs afterwards: that is stopped in order. */
async function start(options: BootnodeOptions, signal: AbortSignal): Promise<Bootnode> {
  const starting = new AbortController()
  const forget = onAbort(signal, () => starting.abort(signal.reason))
  signal.throwIfAborted()
  try {
    return await createBootnode({ ...options, signal: starting.signal })
  } finally {
    forget()
  }
}

/** @returns false when it was not over in time */
async function bounded(work: Promise<void>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const cancel = systemClock.setTimer(() => late.resolve(false), ms)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    cancel()
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
