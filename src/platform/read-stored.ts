import { isLamparaError, LamparaError } from '../errors/index.ts'
import type { KeyValueStorage } from './storage.ts'

/** What reading from the storage needs. */
export interface ReadStoredOptions<Value> {
  readonly storage: KeyValueStorage | undefined
  readonly key: string
  /** For messages: `the address book`. */
  readonly what: string
  /** @throws LamparaError `storage_invalid` for what is damaged */
  decode(bytes: Uint8Array): Value
  onTrouble(error: LamparaError): void
}

/**
 * Reads what was stored; undefined when there is nothing, or nothing to be read. What is damaged is set aside under the same
 * key with `.damaged`, for whoever wants to know what happened. Never rejects: trouble is told.
 */
export async function readStored<Value>(options: ReadStoredOptions<Value>): Promise<Value | undefined> {
  const { storage, key, what, decode, onTrouble } = options
  let bytes: Uint8Array | undefined
  try {
    bytes = await storage?.get(key)
    return bytes && decode(bytes)
  } catch (error) {
    onTrouble(LamparaError.from(error, 'storage_unavailable', `Cannot open ${what}`))
    if (bytes !== undefined && isLamparaError(error, 'storage_invalid')) {
      await storage?.set(`${key}.damaged`, bytes).catch(() => {})
    }
    return undefined
  }
}
