import { LamparaError, messageOf } from '../../errors/index.ts'
import type { KeyValueStorage } from '../storage.ts'
import { assertNamespace } from '../storage-names.ts'

const STORE = 'values'
/** A page without storage is better than one that waits for it. */
const ANSWER_MS = 5_000

/**
 * Opens storage in an IndexedDB database of its own.
 *
 * @param namespace - becomes part of the database's name
 * @throws LamparaError `invalid_argument` for a bad namespace, `storage_unavailable` where the browser refuses, as some
 *   do in private windows, or does not answer within five seconds
 */
export async function openIndexedDbStorage(namespace: string): Promise<KeyValueStorage> {
  assertNamespace(namespace)
  let opening: Promise<IDBDatabase> | undefined
  let closed = false
  await attempt(`open storage "${namespace}"`, database)

  /** Open, and opened anew where it was lost, or could not be opened before. */
  function database(): Promise<IDBDatabase> {
    if (opening !== undefined) return opening
    const mine = openDatabase(`lampara-${namespace}`)
    const forget = (): void => {
      if (opening === mine) opening = undefined
    }
    opening = mine
    mine.then((opened) => {
      // Another tab may delete or upgrade the database, which waits until everyone lets go of it; a browser that clears it asks nobody.
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
      return inTransaction(await database(), mode, work)
    })
  }

  return {
    async get(key) {
      const value = await run<unknown>('read', key, 'readonly', (store) => store.get(key))
      return value instanceof Uint8Array ? value : undefined
    },
    async set(key, value) {
      await run('write', key, 'readwrite', (store) => store.put(value.slice(), key))
    },
    async delete(key) {
      await run('delete', key, 'readwrite', (store) => store.delete(key))
    },
    async close() {
      closed = true
      await opening?.then((opened) => opened.close()).catch(() => {})
    },
  }
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // Hardened browsers lack it, or throw when it is merely looked at.
    if (globalThis.indexedDB === undefined) throw new Error('there is no IndexedDB here')
    const request = globalThis.indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    let tooLate = false
    // Its turn comes, with no word until then, after a deletion that another page keeps from going on.
    const timer = setTimeout(() => {
      tooLate = true
      reject(new Error('the browser does not answer'))
    }, ANSWER_MS)
    request.onsuccess = () => {
      clearTimeout(timer)
      if (tooLate) request.result.close()
      else resolve(request.result)
    }
    request.onerror = () => {
      clearTimeout(timer)
      reject(request.error)
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
    const request = work(transaction.objectStore(STORE))
    transaction.oncomplete = () => resolve(request.result)
    // A request that fails aborts its transaction.
    transaction.onabort = () => reject(transaction.error ?? request.error)
  })
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new LamparaError('storage_unavailable', `Cannot ${action}: ${messageOf(cause)}`, { cause })
  }
}
