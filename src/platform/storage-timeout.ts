import { LamparaError } from '../errors/index.ts'
import { deadline, raceSignal } from '../streams/abort.ts'
import { type Clock, systemClock } from '../streams/clock.ts'
import type { KeyValueStorage } from './storage.ts'

/** How long a storage may take for one operation. */
const ANSWER_MS = 5_000

const wrapped = new WeakSet<KeyValueStorage>()

/**
 * The same storage with a time limit on every operation. One that does not answer within five seconds fails with
 * `storage_unavailable`; until it answers after all, further operations fail at once, so that waits and memory do not pile up.
 */
export function storageWithTimeout(storage: KeyValueStorage, clock: Clock = systemClock): KeyValueStorage {
  if (wrapped.has(storage)) return storage
  let overdue = 0

  async function bounded<T>(action: string, work: () => Promise<T>): Promise<T> {
    const silent = (): LamparaError =>
      new LamparaError('storage_unavailable', `Cannot ${action}: the storage does not answer`)
    if (overdue > 0) throw silent()
    const limit = deadline({ clock, afterMs: ANSWER_MS, error: silent })
    let late = false
    // A storage of the user's own may throw instead of rejecting.
    const working = (async () => work())()
    const settle = (): void => {
      if (late) overdue--
    }
    working.then(settle, settle)
    try {
      return await raceSignal(working, limit.signal)
    } catch (error) {
      if (limit.signal.aborted && error === limit.signal.reason) {
        late = true
        overdue++
      }
      throw error
    } finally {
      limit.cancel()
    }
  }

  const answering: KeyValueStorage = {
    ...(storage.unavailable && { unavailable: storage.unavailable }),
    get: (key) => bounded(`read "${key}"`, () => storage.get(key)),
    set: (key, value) => bounded(`write "${key}"`, () => storage.set(key, value)),
    delete: (key) => bounded(`delete "${key}"`, () => storage.delete(key)),
    async close() {
      overdue = 0
      await bounded('close the storage', () => storage.close())
    },
  }
  wrapped.add(answering)
  return answering
}
