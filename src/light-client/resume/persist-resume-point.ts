import { type Chain, slotStartMs } from '../../chain/index.ts'
import type { LamparaError } from '../../errors/index.ts'
import type { NetworkEvent } from '../../network/types.ts'
import { readStored, writeStored } from '../../platform/persisted-value.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import { deadline, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'
import { beginningAt, type VerifiedState } from '../store/verified-state.ts'
import { storeAt } from '../verification/store.ts'
import { decodeResumePoint, encodeResumePoint } from './resume-point.ts'

const STORAGE_KEY = 'verified'
/** What is not written by then is not waited for. */
const LAST_WRITE_MS = 3_000

/** What keeping a resume point needs; a network has it. */
export interface PersistResumePointOptions {
  readonly chain: Chain
  readonly clock: Clock
  readonly storage: KeyValueStorage
  /** How old a header may be to go on from, in milliseconds. */
  readonly maxAgeMs: number
  emit(event: Extract<NetworkEvent, { type: 'storage:failed' }>): void
}

/** What outlives a light client. */
export interface PersistedResumePoint {
  /** Where the client before ended; undefined when there was none, or its header is too old, or ahead of the clock. */
  readonly state: VerifiedState | undefined
  /** The light client is made: trouble is told from now on, that of reading included. */
  begin(): void
  /** Writes what was reached, where its finalized header is newer than the one written last. Trouble is told. */
  persist(reached: VerifiedState): void
  /** Resolves when what is settled by then is written; after three seconds at most. Nothing is written afterwards. */
  close(settled: Promise<void>): Promise<void>
}

/** Reads the resume point, and writes it again from then on. Never rejects: trouble is told by `storage:failed`. */
export async function persistResumePoint(options: PersistResumePointOptions): Promise<PersistedResumePoint> {
  const { chain, clock, storage } = options
  const unreported: LamparaError[] = []
  let report = (error: LamparaError): void => void unreported.push(error)
  const place = {
    storage,
    key: STORAGE_KEY,
    what: 'what was verified',
    onError: (error: LamparaError) => report(error),
  }
  const stored = await readStored(place, (bytes) => decodeResumePoint(chain, bytes))
  const storedSlot = stored?.finalized.header.beacon.slot ?? -1
  const ageMs = clock.now() - slotStartMs(chain, storedSlot)
  const usable = ageMs >= 0 && ageMs <= options.maxAgeMs ? stored : undefined

  // What is ahead of the clock stays until there is something newer: it may be the clock that is wrong.
  let persistedSlot = storedSlot
  let latest: VerifiedState | undefined
  let writing = Promise.resolve()

  /** One after the other, and of those that wait only the latest. */
  async function write(): Promise<void> {
    if (latest === undefined) return
    const { finalized, store } = latest
    latest = undefined
    const { currentSyncCommittee } = store
    await writeStored(place, () => encodeResumePoint(chain, { finalized, currentSyncCommittee }))
  }

  return {
    state:
      usable &&
      beginningAt(storeAt(usable.finalized.header, usable.currentSyncCommittee), usable.finalized.participation),
    begin() {
      report = (error) => options.emit({ type: 'storage:failed', error })
      // The caller can listen by then.
      clock.setTimer(() => unreported.splice(0).forEach(report), 0)
    },
    persist(reached) {
      const { slot } = reached.finalized.header.beacon
      if (slot <= persistedSlot) return
      persistedSlot = slot
      latest = reached
      writing = writing.then(write)
    },
    async close(settled) {
      const limit = deadline({ clock, afterMs: LAST_WRITE_MS, error: () => new Error('it does not end') })
      await raceSignal(
        settled.then(() => writing),
        limit.signal,
      ).catch(() => {})
      limit.cancel()
      persistedSlot = Number.POSITIVE_INFINITY
      latest = undefined
    },
  }
}
