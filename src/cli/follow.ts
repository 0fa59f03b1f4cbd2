import { createLightClient } from '../light-client/index.ts'
import { exitStatus } from './exit-status.ts'
import { explainNoPeers } from './explain-no-peers.ts'
import { type FollowOptions, followHelp, parseFollowOptions } from './follow/options.ts'
import { createReporter } from './follow/reporter.ts'
import type { CliIo } from './io.ts'
import { openDataDir } from './options/data-dir.ts'

/**
 * `lampara follow`: prints verified heads, one line each, until it is interrupted or has printed as many as asked.
 *
 * @returns 0; 130 when interrupted
 * @throws LamparaError `invalid_argument`; as `fetchJoinDocument()`, `openStorage()` and `createLightClient()`; why the client failed
 */
export async function run(argv: string[], io: CliIo): Promise<number> {
  const options = await parseFollowOptions(argv, io.signal, io.stderr)
  if (options === 'help') {
    io.stdout(followHelp)
    return exitStatus.ok
  }
  const kept = await openDataDir(options.client.chain, options.dataDir)
  try {
    return await follow({ ...options, client: { ...options.client, ...kept } }, io)
  } finally {
    await kept.storage?.close()
  }
}

async function follow({ limit, json, kinds, client: clientOptions }: FollowOptions, io: CliIo): Promise<number> {
  const client = await createLightClient({ ...clientOptions, signal: io.signal })
  const reporter = createReporter(io, { json })
  const enough = new AbortController()
  const stopExplaining = explainNoPeers(client.network, { tell: (line) => reporter.notice(line) })
  let printed = 0
  try {
    const unwatch = client.watchStatus((status) => reporter.status(status))
    const { signal } = enough
    void (async () => {
      for await (const { error } of client.network.events(['storage:failed'], { signal })) reporter.trouble(error)
    })().catch(() => {})
    await Promise.all(
      kinds.map(async (kind) => {
        for await (const head of client.heads({ kind, signal: AbortSignal.any([io.signal, enough.signal]) })) {
          reporter.head(head)
          printed++
          if (printed >= limit) enough.abort()
        }
      }),
    )
    unwatch()
    io.signal.throwIfAborted()
    return exitStatus.ok
  } catch (error) {
    if (enough.signal.aborted && !io.signal.aborted) return exitStatus.ok
    throw error
  } finally {
    stopExplaining()
    reporter.end()
    await client.stop()
  }
}
