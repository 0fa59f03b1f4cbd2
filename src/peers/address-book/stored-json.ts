import { LamparaError, messageOf } from '../../errors/index.ts'

const VERSION = 1

/** What reading stored JSON takes. */
export interface StoredJsonOptions {
  /** For messages: `the address book`. */
  readonly what: string
  /** Beyond this it is none of ours. */
  readonly maxBytes: number
}

/** A value as it is stored: JSON of a version, so that an operator can read it. */
export function encodeStoredJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, ...value }))
}

/**
 * Reads what `encodeStoredJson()` wrote.
 *
 * @param read - takes the value apart, or throws why it is none
 * @throws LamparaError `storage_invalid` when it is no such JSON, or of another version
 */
export function decodeStoredJson<Value>(
  bytes: Uint8Array,
  { what, maxBytes }: StoredJsonOptions,
  read: (json: Readonly<Record<string, unknown>>) => Value,
): Value {
  try {
    if (bytes.length > maxBytes) throw new Error(`${bytes.length} bytes are too many`)
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (!isRecord(json) || json.version !== VERSION) throw new Error('its version is unknown')
    return read(json)
  } catch (cause) {
    throw new LamparaError('storage_invalid', `Cannot read ${what}: ${messageOf(cause)}`, { cause })
  }
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
