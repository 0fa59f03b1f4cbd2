import { isLamparaError, LamparaError, messageOf } from '../../errors/index.ts'
import type { KeyValueStorage } from '../storage.ts'
import { assertNamespace } from '../storage-names.ts'
import { type DatabaseLock, lockDatabase } from './lock-database.ts'

const STORE = 'values'
/** A page without storage is better than one that waits for it. */
const ANSWER_MS = 5_000
/** Far more than this package stores: a fault must not fill the disk of anyone who opens a page. */
const MAX_VALUE_BYTES = 4 * 1024 * 1024
const MAX_VALUES = 64

/**
 * Opens storage in an IndexedDB database of its own: at most 64 values of 4 MiB.
 *
 * @param namespace - becomes part of the database's name
 * @throws LamparaError `invalid_argument` for a bad namespace; `storage_in_use` where another tab or worker has it open;
 *   `storage_unavailable` where the browser refuses, as some do in private windows, or does not answer within five seconds
 */
export async function openIndexedDbStorage(namespace: string): Promise<KeyValueStorage> {
  assertNamespace(namespace)
  const lock = await lockDatabase(namespace)
  try {
    return await openLocked(namespace, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function openLocked(namespace: string, lock: DatabaseLock): Promise<KeyValueStorage> {
  let opening: Promise<IDBDatabase> | undefined
  let closed = false
  await attempt(`open storage "${namespace}"`, database)

  /** Opens the database again when it was lost, or could not be opened before. */
  function database(): Promise<IDBDatabase> {
    if (opening !== undefined) return opening
    const mine = openDatabase(`lampara-${namespace}`)
    const forget = (): void => {
      if (opening === mine) opening = undefined
    }
    opening = mine
    mine.then((opened) => {
      // Another tab may delete or upgrade the database, which waits until everyone closes it; a browser that clears it asks nobody.
      opened.onversionchange = opened.onclose = () => {
        opened.close()
        forget()
      }
    }, forget)
    return mine
  }

  async function run<T>(
    action: string,
    key: string,
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    if (key === '') throw new LamparaError('invalid_argument', 'Cannot use "" as a storage key: it is empty')
    return attempt(`${action} "${key}"`, async () => {
      if (closed) throw new Error('the storage is closed')
      await lock.held()
      return inTransaction(await database(), mode, work)
    })
  }

  return {
    async get(key) {
      const value = await run<unknown>('read', key, 'readonly', (store) => store.get(key))
      return value instanceof Uint8Array ? value : undefined
    },
    async set(key, value) {
      const copy = value.slice()
      await run('write', key, 'readwrite', (store) => {
        if (copy.length > MAX_VALUE_BYTES) throw new Error(`${copy.length} bytes are more than a page may store`)
        const putting = store.put(copy, key)
        const counting = store.count()
        counting.onsuccess = () => {
          // Takes back what was just written.
          if (counting.result > MAX_VALUES) store.transaction.abort()
        }
        return putting
      })
    },
    async delete(key) {
      await run('delete', key, 'readwrite', (store) => store.delete(key))
    },
    async close() {
      closed = true
      lock.release()
      await opening?.then((opened) => opened.close()).catch(() => {})
    },
  }
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const opened = await openOnce(name)
  if (opened.objectStoreNames.contains(STORE)) return opened
  // Damaged: a database of ours that lacks its store holds nothing.
  opened.close()
  await answered<unknown>('the browser does not delete a damaged database', (settle) =>
    settle(globalThis.indexedDB.deleteDatabase(name) as IDBRequest),
  )
  return openOnce(name)
}

function openOnce(name: string): Promise<IDBDatabase> {
  // Hardened browsers lack it, or throw when it is merely looked at.
  return answered<IDBDatabase>('the browser does not answer', (settle) => {
    if (globalThis.indexedDB === undefined) throw new Error('there is no IndexedDB here')
    const request = globalThis.indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    settle(request, (late) => late.close())
  })
}

/** Waits for a request that opens or deletes a database. Its turn may come long after a deletion that another page holds up. */
function answered<T>(
  silent: string,
  start: (settle: (request: IDBRequest<T>, onLate?: (result: T) => void) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let tooLate = false
    const timer = setTimeout(() => {
      tooLate = true
      reject(new Error(silent))
    }, ANSWER_MS)
    try {
      start((request, onLate) => {
        request.onsuccess = () => {
          clearTimeout(timer)
          if (tooLate) onLate?.(request.result)
          else resolve(request.result)
        }
        request.onerror = () => {
          clearTimeout(timer)
          reject(request.error)
        }
      })
    } catch (error) {
      clearTimeout(timer)
      reject(error)
    }
  })
}

/** Resolves when the transaction is complete: a request's own success may still be rolled back. */
function inTransaction<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode)
    const timer = setTimeout(() => {
      reject(new Error('the browser does not answer'))
      try {
        transaction.abort()
      } catch {
        // It has just ended after all.
      }
    }, ANSWER_MS)
    try {
      const request = work(transaction.objectStore(STORE))
      transaction.oncomplete = () => {
        clearTimeout(timer)
        resolve(request.result)
      }
      // A request that fails aborts its transaction.
      transaction.onabort = () => {
        clearTimeout(timer)
        reject(transaction.error ?? request.error ?? new Error(`a page stores ${MAX_VALUES} values at most`))
      }
    } catch (error) {
      clearTimeout(timer)
      reject(error)
    }
  })
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isLamparaError(cause, 'storage_in_use')) throw cause
    throw new LamparaError('storage_unavailable', `Cannot ${action}: ${messageOf(cause)}`, { cause })
  }
}
