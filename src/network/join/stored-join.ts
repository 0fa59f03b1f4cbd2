import { encodeJoinDocument, parseJoinDocument } from '../../discovery/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { decodeStoredJson, encodeStoredJson } from '../../peers/address-book/stored-json.ts'
import { type PersistedLocation, readStored, writeStored } from '../../platform/persisted-value.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import type { JoinFacts } from './read-documents.ts'

/** Eight documents of the longest kind never get here: their bootnodes are bounded one by one. */
const MAX_BYTES = 512 * 1024
const MAX_BOOTNODES = 64

/** Where what was joined by last is kept. */
export function joinLocation(storage: KeyValueStorage, onError: (error: LamparaError) => void): PersistedLocation {
  return { storage, key: 'join', what: 'the join document', onError }
}

/** What was joined by last, by one of these documents; undefined where there is nothing. Never rejects. */
export async function readStoredJoin(
  location: PersistedLocation,
  urls: readonly string[],
): Promise<JoinFacts | undefined> {
  const stored = await readStored(location, (bytes) =>
    decodeStoredJson(bytes, { what: location.what, maxBytes: MAX_BYTES }, (json) => {
      if (!Array.isArray(json.urls)) throw new LamparaError('storage_invalid', 'it names no address')
      return { urls: json.urls as readonly unknown[], facts: { enrs: [], ...parseJoinDocument(json.document) } }
    }),
  )
  // Of documents that are named no longer nothing is used.
  return stored?.urls.some((url) => urls.includes(String(url))) ? stored.facts : undefined
}

/** Keeps what was joined by. Never rejects. */
export async function writeStoredJoin(
  location: PersistedLocation,
  urls: readonly string[],
  facts: JoinFacts,
): Promise<void> {
  const { enrs: _, ...document } = facts
  await writeStored(location, () =>
    encodeStoredJson({
      urls,
      document: JSON.parse(encodeJoinDocument({ ...document, bootnodes: document.bootnodes.slice(0, MAX_BOOTNODES) })),
    }),
  )
}
