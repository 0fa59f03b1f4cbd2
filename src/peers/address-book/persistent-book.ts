import type { LamparaError } from '../../errors/index.ts'
import { readStored, writeStored } from '../../platform/persisted-value.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { type AddressBook, createAddressBook } from './address-book.ts'
import { decodeBook, encodeBook } from './stored-book.ts'

const STORAGE_KEY = 'addresses'
const SAVE_EVERY_MS = 2 * 60_000
const KEY_BYTES = 32

/** Options of `openAddressBook()`. */
export interface OpenBookOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Without it the book ends with the process. */
  readonly storage?: KeyValueStorage
  /** True for peers that are never advertised to others. @default none */
  readonly isPrivate?: (id: string) => boolean
  /** A book that could not be read was set aside, or one could not be written. Following goes on. */
  onError(error: LamparaError): void
}

/** A book, and how to be done with it. */
export interface OpenBook {
  readonly book: AddressBook
  /** Writes what changed. Never rejects: trouble is told. */
  save(): Promise<void>
  /** Writes a last time, and no more. Idempotent. */
  close(): Promise<void>
}

/** Opens the stored address book, or an empty one, and writes it every two minutes from then on. */
export async function openAddressBook(options: OpenBookOptions): Promise<OpenBook> {
  const { clock, random, storage, isPrivate, onError } = options
  const place = storage && { storage, key: STORAGE_KEY, what: 'the address book', onError }
  const stored = place && (await readStored(place, decodeBook))
  const key = stored?.key ?? crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  const book = createAddressBook({ clock, random, key, ...(isPrivate && { isPrivate }) })
  for (const entry of stored?.entries ?? []) book.restore(entry)
  let writing: Promise<void> = Promise.resolve()
  let writtenRevision = book.revision
  let closed = false
  let cancel: CancelTimer = () => {}

  async function write(): Promise<void> {
    const { revision } = book
    if (place === undefined || revision === writtenRevision) return
    if (await writeStored(place, () => encodeBook({ key, entries: [...book.entries()] }))) writtenRevision = revision
  }

  /** One after the other: an earlier state must not overtake a later one. */
  function save(): Promise<void> {
    if (closed) return writing
    writing = writing.then(write)
    return writing
  }

  function arm(): void {
    cancel = clock.setTimer(() => {
      arm()
      save()
    }, SAVE_EVERY_MS)
  }

  if (storage !== undefined) arm()
  return {
    book,
    save,
    close() {
      cancel()
      const last = save()
      closed = true
      return last
    },
  }
}
