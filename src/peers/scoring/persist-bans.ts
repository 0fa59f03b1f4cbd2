import type { LamparaError } from '../../errors/index.ts'
import { readStored, writeStored } from '../../platform/persisted-value.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import { decodeStoredJson, encodeStoredJson } from '../address-book/stored-json.ts'
import type { PeerScores } from './peer-scores.ts'

const STORAGE_KEY = 'bans'
/** Far beyond what the score book remembers. */
const MAX_STORED_BYTES = 2 * 1024 * 1024
const MAX_ID = 128

/** What keeping bans across restarts needs. */
export interface PersistBansOptions {
  readonly storage: KeyValueStorage
  readonly bans: Pick<PeerScores, 'bans' | 'restoreBan'>
  /** Bans as they come; those that nobody took may be one. */
  readonly banned: AsyncIterable<unknown>
  /** A file that could not be read was set aside, or one could not be written. */
  onError(error: LamparaError): void
}

/** Bans that outlive the process. */
export interface PersistedBans {
  /** Peers that are still banned from earlier. */
  readonly restored: readonly string[]
  /** Resolves when `banned` has ended and everything is written. Never rejects. */
  readonly ended: Promise<void>
}

/** Takes up the stored bans, and writes them all at each new one. */
export async function persistBans({ storage, bans, banned, onError }: PersistBansOptions): Promise<PersistedBans> {
  const place = { storage, key: STORAGE_KEY, what: 'the bans', onError }
  const stored = await readStored(place, decodeBans)
  const known = new Set(bans.bans().map(([peerId]) => peerId))
  for (const [peerId, untilMs] of stored ?? []) if (!known.has(peerId)) bans.restoreBan(peerId, untilMs)

  const write = () => writeStored(place, () => encodeBans(bans.bans()))

  async function follow(): Promise<void> {
    // One may have come while the stored ones were read.
    if (known.size > 0) await write()
    for await (const _ of banned) await write()
  }

  return { restored: bans.bans().map(([peerId]) => peerId), ended: follow().catch(() => {}) }
}

type Bans = readonly (readonly [peerId: string, untilMs: number])[]

/** Bans as bytes, which an operator may change. */
export function encodeBans(bans: Bans): Uint8Array {
  return encodeStoredJson({ bans })
}

/** Reads stored bans; entries that are not valid are left out. @throws LamparaError `storage_invalid` when it is not a list of bans */
export function decodeBans(bytes: Uint8Array): Bans {
  return decodeStoredJson(bytes, { what: 'the bans', maxBytes: MAX_STORED_BYTES }, ({ bans }) => {
    if (!Array.isArray(bans)) throw new Error('it has no list of bans')
    return bans.flatMap((entry) => readBan(entry) ?? [])
  })
}

function readBan(entry: unknown): Bans | undefined {
  if (!Array.isArray(entry)) return undefined
  const [peerId, untilMs] = entry as unknown[]
  if (typeof peerId !== 'string' || peerId === '' || peerId.length > MAX_ID) return undefined
  return typeof untilMs === 'number' && Number.isFinite(untilMs) ? [[peerId, untilMs]] : undefined
}
