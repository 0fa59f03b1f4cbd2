import { fromHex, toHex } from '../../chain/index.ts'
import type { AddressEntry } from './entry.ts'
import { decodeStoredJson, encodeStoredJson, isRecord } from './stored-json.ts'

const KEY_BYTES = 32
/** Beyond this a stored book is no book of ours. */
const MAX_STORED_BYTES = 16 * 1024 * 1024
const MAX_TEXT = 512
const MAX_ADDRESSES = 8

/** A book as it is stored. */
export interface StoredBook {
  readonly key: Uint8Array
  readonly entries: readonly AddressEntry[]
}

/** A book as bytes. */
export function encodeBook({ key, entries }: StoredBook): Uint8Array {
  return encodeStoredJson({ key: toHex(key), entries })
}

/**
 * Reads a stored book. Entries that are not valid are left out: one bad line must not cost the rest.
 *
 * @throws LamparaError `storage_invalid` when it is not a book at all
 */
export function decodeBook(bytes: Uint8Array): StoredBook {
  return decodeStoredJson(bytes, { what: 'the address book', maxBytes: MAX_STORED_BYTES }, ({ key, entries }) => {
    if (typeof key !== 'string' || !Array.isArray(entries)) throw new Error('key or entries are missing')
    return { key: fromHex(key, KEY_BYTES), entries: entries.flatMap((entry) => readEntry(entry) ?? []) }
  })
}

function readEntry(json: unknown): AddressEntry | undefined {
  if (!isRecord(json)) return undefined
  const { id, addresses, enr, sourceGroup, table, addedAtMs, seenAtMs, failures } = json
  if (!isText(id) || !isText(sourceGroup) || !Array.isArray(addresses) || !addresses.every(isText)) return undefined
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) return undefined
  if (table !== 'new' && table !== 'old') return undefined
  if (!isTime(addedAtMs) || !isTime(seenAtMs) || !isTime(failures)) return undefined
  return {
    id,
    addresses,
    sourceGroup,
    table,
    addedAtMs,
    seenAtMs,
    failures,
    private: json.private === true,
    ...(isText(enr) ? { enr } : {}),
    ...(isText(json.origin) ? { origin: json.origin } : {}),
    ...times(json, 'attemptedAtMs', 'succeededAtMs', 'notBeforeMs'),
  }
}

function times<Name extends string>(json: Record<string, unknown>, ...names: Name[]): Partial<Record<Name, number>> {
  const found: Partial<Record<Name, number>> = {}
  for (const name of names) {
    const value = json[name]
    if (isTime(value)) found[name] = value
  }
  return found
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
