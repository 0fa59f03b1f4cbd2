import type { Head, LightClient, LightClientStatus } from '../types.ts'

/** What a light client that this tab runs reports. */
export interface ClientListener {
  onStatus(status: LightClientStatus): void
  onHead(head: Head): void
}

/** A light client that this tab runs. */
export interface RunningClient {
  /** Undefined until it was created. */
  readonly client: LightClient | undefined
  /** Resolves once it runs; rejects as its creation does. */
  readonly started: Promise<void>
  /** Ends it, also while it is being created, and closes its storage. It reports nothing from then on. */
  stop(): Promise<void>
}

/** Creates a client once the one before it is gone: two of them would contend for storage and identity. */
export function runClient(
  before: Promise<unknown>,
  create: () => Promise<LightClient>,
  listener: ClientListener,
): RunningClient {
  let client: LightClient | undefined
  let stopping = false

  async function tellHeads(from: LightClient, kind: Head['kind']): Promise<void> {
    for await (const head of from.heads({ kind })) {
      if (stopping) return
      listener.onHead(head)
    }
  }

  const started = (async () => {
    await before
    if (stopping) return
    const created = await create()
    client = created
    if (stopping) return
    // Heads first: a status names the head that it is about.
    for (const kind of ['finalized', 'optimistic'] as const) tellHeads(created, kind).catch(() => {})
    created.watchStatus((status) => {
      if (!stopping) listener.onStatus(status)
    })
  })()

  return {
    get client() {
      return stopping ? undefined : client
    },
    started,
    async stop() {
      stopping = true
      await started.catch(() => {})
      await client?.stop()
      await client?.network.storage?.close().catch(() => {})
    },
  }
}
