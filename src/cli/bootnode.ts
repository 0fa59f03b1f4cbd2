import { createBootnode } from '../bootnode/index.ts'
import { joinDocumentPath } from '../discovery/index.ts'
import { bootnodeHelp, parseBootnodeOptions } from './bootnode/options.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'

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
  const { json, bootnode: bootnodeOptions } = options
  const bootnode = await createBootnode({ ...bootnodeOptions, signal: io.signal })
  try {
    const joinUrl = `${bootnode.url}${joinDocumentPath}`
    const { addresses } = bootnode
    if (json) io.stdout(JSON.stringify({ type: 'listening', addresses, joinUrl }))
    else io.stdout([`Join at   ${joinUrl}`, ...addresses.map((address) => `Listening ${address}`)].join('\n'))

    const unwatchCertificate = bootnode.watchCertificate(({ validUntilMs, error }) => {
      const told = { validUntilMs, error: error?.message }
      if (json) io.stdout(JSON.stringify({ type: 'certificate', ...told }))
      else if (error === undefined) io.stdout(`Certificate until ${new Date(validUntilMs).toISOString()}`)
      else io.stderr(`The present certificate stays in use. ${error.message}`)
    })
    let told = ''
    const failed = Promise.withResolvers<never>()
    const unwatch = bootnode.client.watchStatus((status) => {
      if (status.state === 'failed') failed.reject(status.error)
      const { state, reason, finalized } = status
      const clients = bootnode.downstream.status.peers
      const key = `${state} ${finalized?.slot ?? ''}`
      if (key === told || state === 'stopped') return
      told = key
      if (json) io.stdout(JSON.stringify({ type: 'status', state, reason, finalized: finalized?.slot, clients }))
      else io.stdout(`${state}: ${reason}${finalized ? `, finalized slot ${finalized.slot}` : ''}, ${clients} clients`)
    })
    try {
      await Promise.race([untilAborted(io.signal), failed.promise])
    } finally {
      unwatch()
      unwatchCertificate()
    }
    return exitStatus.ok
  } finally {
    await bootnode.stop()
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
