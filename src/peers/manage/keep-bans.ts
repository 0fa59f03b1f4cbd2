import { LamparaError, messageOf } from '../../errors/index.ts'
import { readStored } from '../../platform/read-stored.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import type { ScoreBook } from '../score-book.ts'

const STORAGE_KEY = 'bans'
const VERSION = 1
/** Far beyond what the score book remembers. */
const MAX_STORED_BYTES = 2 * 1024 * 1024
const MAX_ID = 128

/** What keeping bans across restarts needs. */
export interface KeepBansOptions {
  readonly storage: KeyValueStorage
  readonly bans: Pick<ScoreBook, 'bans' | 'restoreBan'>
  /** Bans as they come; those that nobody took may be one. */
  readonly banned: AsyncIterable<unknown>
  /** A file that could not be read was set aside, or one could not be written. */
  onTrouble(error: LamparaError): void
}

/** Bans that outlive the process. */
export interface KeptBans {
  /** Peers that are still banned from earlier. */
  readonly restored: readonly string[]
  /** Resolves when `banned` has ended and everything is written. Never rejects. */
  readonly ended: Promise<void>
}

/** Takes up the stored bans, and writes them all at each new one. */
export async function keepBans({ storage, bans, banned, onTrouble }: KeepBansOptions): Promise<KeptBans> {
  const stored = await readStored({ storage, key: STORAGE_KEY, what: 'the bans', decode: decodeBans, onTrouble })
  const known = new Set(bans.bans().map(([peerId]) => peerId))
  for (const [peerId, untilMs] of stored ?? []) if (!known.has(peerId)) bans.restoreBan(peerId, untilMs)

  async function write(): Promise<void> {
    try {
      await storage.set(STORAGE_KEY, encodeBans(bans.bans()))
    } catch (error) {
      onTrouble(LamparaError.from(error, 'storage_unavailable', 'Cannot write the bans'))
    }
  }

  async function follow(): Promise<void> {
    // One may have come while the stored ones were read.
    if (known.size > 0) await write()
    for await (const _ of banned) await write()
  }

  return { restored: bans.bans().map(([peerId]) => peerId), ended: follow().catch(() => {}) }
}

type Bans = readonly (readonly [peerId: string, untilMs: number])[]

/** Bans as bytes: JSON, so that an operator can read and change them. */
export function encodeBans(bans: Bans): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, bans }))
}

/** Reads stored bans; entries that are none are left out. @throws LamparaError `storage_invalid` when it is no list of bans */
export function decodeBans(bytes: Uint8Array): Bans {
  try {
    if (bytes.length > MAX_STORED_BYTES) throw new Error(`${bytes.length} bytes are too many`)
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (!isBans(json)) throw new Error('it is no list of bans of this version')
    return json.bans.flatMap((entry) => readBan(entry) ?? [])
  } catch (error) {
    throw new LamparaError('storage_invalid', `Cannot read the bans: ${messageOf(error)}`, { cause: error })
  }
}

function isBans(json: unknown): json is { readonly bans: readonly unknown[] } {
  if (typeof json !== 'object' || json === null || !('version' in json) || !('bans' in json)) return false
  return json.version === VERSION && Array.isArray(json.bans)
}

function readBan(entry: unknown): Bans | undefined {
  if (!Array.isArray(entry)) return undefined
  const [peerId, untilMs] = entry as unknown[]
  if (typeof peerId !== 'string' || peerId === '' || peerId.length > MAX_ID) return undefined
  return typeof untilMs === 'number' && Number.isFinite(untilMs) ? [[peerId, untilMs]] : undefined
}
