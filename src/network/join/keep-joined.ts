import { parsePeerAddress } from '../../discovery/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { PeerInfo } from '../../peers/types.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import { delay, linkSignals } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import { createNotifier } from '../../streams/notifier.ts'
import type { Watchable } from '../../streams/watchable.ts'
import type { NetworkEvent } from '../types.ts'
import { type JoinSource, readJoinDocuments } from './read-documents.ts'
import { joinLocation, writeStoredJoin } from './stored-join.ts'

/** A dial takes less, most often: then nothing needs to be read again. */
const PATIENCE_MS = 1_500
const FIRST_WAIT_MS = 1_000
/** A page is to find a bootnode that was restarted before its user gives up. */
const MOST_WAIT_MS = 8_000
/** What lasts longer is no restart: the documents' server is spared. */
const LONG_OUTAGE_MS = 5 * 60_000
const LONG_WAIT_MS = 60_000

/** What reading join documents again works with. */
export interface KeepJoinedOptions {
  readonly source: JoinSource
  readonly clock: Clock
  /** Ready peers. */
  readonly peers: Watchable<readonly PeerInfo[]>
  /** Keeps these bootnodes, and none of those before. */
  setBootnodes(addresses: readonly string[]): void
  /** Dials without waiting for backoff. */
  dialNow(): void
  emit(event: NetworkEvent): void
  /** Called when `error` changes. */
  onChange(): void
  readonly storage: KeyValueStorage | undefined
  readonly random?: () => number
  /** @default readJoinDocuments */
  readonly read?: typeof readJoinDocuments
}

/** Join documents that are read again while none of their bootnodes is connected. */
export interface JoinKeeper {
  /** The documents name another chain, or another time, than the one that is followed: only a new network could go there. */
  readonly error: LamparaError | undefined
  /** Ends a wait, as after a wake. */
  readNow(): void
  stop(): void
}

/** Reads join documents again, with growing waits, for as long as no bootnode is connected. */
export function keepJoined(options: KeepJoinedOptions): JoinKeeper {
  const { source, clock, peers, emit, random = Math.random, read: readDocuments = readJoinDocuments } = options
  const { urls } = source
  const { chain } = source.facts
  const stopping = new AbortController()
  const { signal } = stopping
  const changed = createNotifier()
  let facts = source.facts
  let bootnodeIds = idsOf(facts.bootnodes)
  let error: LamparaError | undefined
  let storedBootnodes: string | undefined
  let endWait = (): void => {}

  const isConnected = (): boolean => peers.value.some(({ id }) => bootnodeIds.has(id))

  function setError(next: LamparaError | undefined): void {
    if (error?.message === next?.message) return
    error = next
    options.onChange()
  }

  /** @returns false when nothing could be read */
  async function read(): Promise<boolean> {
    try {
      const next = await readDocuments(urls, { signal, clock, chain })
      if (Math.abs(next.clockOffsetMs - source.facts.clockOffsetMs) > chain.slotDurationMs) throw timeMoved(urls)
      setError(undefined)
      const isNew = addressesIn(next.bootnodes) !== addressesIn(facts.bootnodes)
      facts = next
      if (!isNew) return true
      bootnodeIds = idsOf(next.bootnodes)
      options.setBootnodes(next.bootnodes)
      emit({ type: 'join:changed', bootnodes: next.bootnodes })
      return true
    } catch (thrown) {
      signal.throwIfAborted()
      const failure = LamparaError.from(thrown, 'bootnodes_unreachable', 'Cannot get join document')
      setError(failure.code === 'chain_mismatch' ? failure : undefined)
      emit({ type: 'join:failed', error: failure })
      return false
    }
  }

  /** Waits, but not once a bootnode is connected, and not after a wake. */
  async function pause(ms: number): Promise<void> {
    const linked = linkSignals(signal)
    endWait = () => linked.abort()
    const unwatch = peers.watch(() => isConnected() && linked.abort())
    await delay(ms, { clock, signal: linked.signal }).catch(() => {})
    unwatch()
    linked.dispose()
    signal.throwIfAborted()
  }

  /** Until a bootnode is connected. */
  async function outage(): Promise<void> {
    const startMs = clock.now()
    let wasUnreadable = false
    await pause(PATIENCE_MS)
    for (let waitMs = FIRST_WAIT_MS; !isConnected(); waitMs = Math.min(MOST_WAIT_MS, waitMs * 2)) {
      const isReadable = await read()
      // The server is back: most likely its bootnode is, too.
      if (isReadable && wasUnreadable) options.dialNow()
      wasUnreadable = !isReadable
      if (isConnected()) return
      const ms = Math.abs(clock.now() - startMs) > LONG_OUTAGE_MS ? LONG_WAIT_MS : waitMs
      await pause(ms * (1 - random() / 4))
    }
  }

  async function store(): Promise<void> {
    const { storage } = options
    const bootnodes = addressesIn(facts.bootnodes)
    if (storage === undefined || bootnodes === storedBootnodes) return
    storedBootnodes = bootnodes
    const location = joinLocation(storage, (failure) => emit({ type: 'storage:failed', error: failure }))
    await writeStoredJoin(location, urls, facts)
  }

  const unwatch = peers.watch(() => changed.notify())
  ;(async () => {
    for (;;) {
      if (isConnected()) {
        setError(undefined)
        await store()
      } else await outage()
      if (isConnected()) await changed.wait(signal)
    }
  })().catch(() => {})

  return {
    get error() {
      return error
    },
    readNow: () => endWait(),
    stop() {
      unwatch()
      stopping.abort(new LamparaError('stopped', 'The network has stopped'))
    },
  }
}

function idsOf(addresses: readonly string[]): ReadonlySet<string> {
  return new Set(addresses.map((address) => parsePeerAddress(address).peerId))
}

/** A fleet's bootnodes come in random order. */
function addressesIn(addresses: readonly string[]): string {
  return [...addresses].sort().join()
}

function timeMoved(urls: readonly string[]): LamparaError {
  const words = `${urls.join(', ')} names another time than before: the chain was started again`
  return new LamparaError('chain_mismatch', `Cannot go on: ${words}`)
}
