import type { LightClient } from 'lampara'
import type { AppEvent, ChainFacts, Problem } from './app-state.ts'

/** Starts a client, or throws why it cannot. */
export type OpenClient = (signal: AbortSignal) => Promise<LightClient>

/** A client that the page runs, and everything that listens to it. */
export interface Session {
  /** The client's time, once there is a client: replayed chains have a time of their own. */
  now(): number
  /** Ends the client; resolves when it has ended. Idempotent. */
  stop(): Promise<void>
}

/** Opens a client and turns all that it says into events, until it is stopped. */
export function startSession(open: OpenClient, dispatch: (event: AppEvent) => void): Session {
  const controller = new AbortController()
  const { signal } = controller
  let now = (): number => Date.now()
  let stopped: Promise<void> | undefined
  let over = false

  const emitWhileLive = (event: AppEvent): void => {
    if (!signal.aborted) dispatch(event)
  }

  const client = open(signal).then(
    (opened) => {
      now = () => opened.network.clock.now()
      if (!signal.aborted) listen(opened, emitWhileLive, signal)
      return opened
    },
    (error: unknown) => {
      over = !signal.aborted
      emitWhileLive({ type: 'open-failed', problem: problemOf(error) })
      return undefined
    },
  )

  const end = async (): Promise<void> => {
    if (over) return
    dispatch({ type: 'stopping' })
    controller.abort(new Error('The page stopped it'))
    await (await client)?.stop()
    dispatch({ type: 'stopped' })
  }

  return {
    now: () => now(),
    stop: () => {
      stopped ??= end()
      return stopped
    },
  }
}

function listen(client: LightClient, emit: (event: AppEvent) => void, signal: AbortSignal): void {
  emit({ type: 'opened', chain: chainFacts(client) })
  const unwatch = [
    client.watchStatus((status) => emit({ type: 'status', status })),
    client.network.watchPeers((peers) => emit({ type: 'peers', peers })),
  ]
  signal.addEventListener('abort', () => {
    for (const end of unwatch) end()
  })
  void forEach(client.heads({ kind: 'optimistic', signal }), (head) => emit({ type: 'head', head }))
  void forEach(client.network.events(undefined, { signal }), (event) => emit({ type: 'network', event }))
}

/** The status tells why a stream ended; here it only must not go unhandled. */
async function forEach<T>(values: AsyncIterable<T>, use: (value: T) => void): Promise<void> {
  try {
    for await (const value of values) use(value)
  } catch {
    return
  }
}

function chainFacts({ chain }: LightClient): ChainFacts {
  return {
    name: chain.name,
    slotDurationMs: chain.slotDurationMs,
    genesisTimeMs: chain.genesisTimeMs,
    slotsPerEpoch: chain.preset.slotsPerEpoch,
    committeeSize: chain.preset.syncCommitteeSize,
  }
}

/** An error as the page keeps it. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'internal'
  return { code, message: error.message }
}
