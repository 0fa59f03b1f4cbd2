import { type Bootnode, type BootnodeOptions, createBootnode } from '../bootnode/index.ts'
import { joinDocumentPath } from '../discovery/index.ts'
import { isLamparaError, messageOf } from '../errors/index.ts'
import { onAbort } from '../streams/abort.ts'
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
  const options = await parseBootnodeOptions(argv, io.signal, io.stderr)
  if (options === 'help') {
    io.stdout(bootnodeHelp)
    return exitStatus.ok
  }
  const log = openLog(options.log, io)
  try {
    await runBootnode(options.bootnode, log, io)
    return exitStatus.ok
  } catch (error) {
    // Programs read standard output; people are told on standard error.
    if (options.log.format === 'json' && !io.signal.aborted) {
      log.error('failed', messageOf(error), { code: isLamparaError(error) ? error.code : undefined })
    }
    throw error
  }
}

async function runBootnode(options: BootnodeOptions, log: Log, io: CliIo): Promise<void> {
  const bootnode = await start({ ...options, logger: libp2pLogger(log) }, io.signal)
  const joinUrl = `${bootnode.url}${joinDocumentPath}`
  const { addresses, metricsUrl } = bootnode
  log.info('listening', `Join at ${joinUrl}`, { addresses, joinUrl, metricsUrl })
  const stopLogging = logBootnode(bootnode, log)
  const failed = Promise.withResolvers<never>()
  const unwatch = bootnode.client.watchStatus(({ state, error }) => {
    if (state === 'failed') failed.reject(error)
  })
  try {
    await Promise.race([untilAborted(io.signal), failed.promise])
    log.info('stopping', `Stopping: ${messageOf(io.signal.reason)}`, { clients: bootnode.downstream.status.peers })
  } finally {
    unwatch()
    stopLogging()
    await bootnode.stop()
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

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
