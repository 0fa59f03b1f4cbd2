import type { LamparaError } from '../errors/index.ts'

/** A small persistent key-value store: identity, address book, verified heads. Values are bytes. */
export interface KeyValueStorage {
  /** Why it keeps nothing beyond the process: `openStorage(chain, { optional: true })` found no better one. */
  readonly unavailable?: LamparaError
  /** The value, or undefined where there is none. @throws LamparaError `storage_unavailable` */
  get(key: string): Promise<Uint8Array | undefined>
  /** Writes atomically: a reader sees the old value or the new. @throws LamparaError `storage_unavailable` */
  set(key: string, value: Uint8Array): Promise<void>
  /** Removes the value; no error where there is none. @throws LamparaError `storage_unavailable` */
  delete(key: string): Promise<void>
  close(): Promise<void>
}

/**
 * Storage that ends with the process: for tests, and where a profile wants to leave no trace.
 *
 * @param unavailable - why it stands in for a persistent one. Default: it does not
 */
export function memoryStorage(unavailable?: LamparaError): KeyValueStorage {
  const values = new Map<string, Uint8Array>()
  return {
    ...(unavailable && { unavailable }),
    get: async (key) => values.get(key)?.slice(),
    set: async (key, value) => void values.set(key, value.slice()),
    delete: async (key) => void values.delete(key),
    close: async () => {},
  }
}
