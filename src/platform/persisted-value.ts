import { isLamparaError, LamparaError } from '../errors/index.ts'
import type { KeyValueStorage } from './storage.ts'

/** Where something is persisted. */
export interface PersistedLocation {
  readonly storage: KeyValueStorage
  readonly key: string
  /** For messages: `the address book`. */
  readonly what: string
  /** It could not be read, or not be written. */
  onError(error: LamparaError): void
}

/**
 * Reads what was stored; undefined when there is nothing, or nothing to be read. What is damaged is set aside under the same
 * key with `.damaged`, for anyone who wants to know what happened. Never rejects: trouble is told.
 *
 * @param decode - throws LamparaError `storage_invalid` for what is damaged
 */
export async function readStored<Value>(
  { storage, key, what, onError }: PersistedLocation,
  decode: (bytes: Uint8Array) => Value,
): Promise<Value | undefined> {
  let bytes: Uint8Array | undefined
  try {
    bytes = await storage.get(key)
    return bytes && decode(bytes)
  } catch (error) {
    onError(LamparaError.from(error, 'storage_unavailable', `Cannot open ${what}`))
    if (bytes !== undefined && isLamparaError(error, 'storage_invalid')) {
      const damaged = bytes
      await writeStored({ storage, key: `${key}.damaged`, what, onError() {} }, () => damaged)
    }
    return undefined
  }
}

/** Writes to the storage. Never rejects: trouble is told. @returns false when it could not be written */
export async function writeStored(
  { storage, key, what, onError }: PersistedLocation,
  encode: () => Uint8Array,
): Promise<boolean> {
  try {
    await storage.set(key, encode())
    return true
  } catch (error) {
    onError(LamparaError.from(error, 'storage_unavailable', `Cannot write ${what}`))
    return false
  }
}
