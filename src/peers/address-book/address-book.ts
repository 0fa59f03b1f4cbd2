import type { Clock } from '../../streams/clock.ts'
import { networkGroupOf } from './address-group.ts'
import { BUCKET_SIZE, type BucketTable, createBucketTable, newBucketOf, oldBucketOf } from './buckets.ts'
import { type Address, type AddressEntry, type AddressTable, INBOUND_ORIGIN } from './entry.ts'
import { isEligible, isStale } from './quality.ts'

/** Buckets of the unreached that one peer may be in: how often it was reported by different sources counts, up to a point. */
const MAX_NEW_BUCKETS = 4
/** Addresses of one peer that are kept. */
const MAX_ADDRESSES = 8
/** Random draws before the whole book is looked through. */
const DRAWS = 16

/** Options of `createAddressBook()`. */
export interface AddressBookOptions {
  readonly clock: Pick<Clock, 'now'>
  /** 0 to 1, as `Math.random`. */
  readonly random: () => number
  /** 32 secret bytes: who does not know them cannot tell which bucket an address falls into. */
  readonly key: Uint8Array
  /** True for peers that are never advertised to others, whatever the source. @default none */
  readonly isPrivate?: (id: string) => boolean
}

/** How to draw from the book. */
export interface PickOptions {
  /** How often one that was never reached is drawn where there are both, 0 to 1. */
  readonly newBias: number
  /** False for those that do not come into question. */
  readonly accept?: (entry: AddressEntry) => boolean
}

/**
 * All peers that could be dialed. Two tables of buckets, of those reported and of those reached, in which neither one network group nor one source can take more than its share: a flood of addresses displaces its own kind.
 */
export interface AddressBook {
  readonly size: number
  /** Grows with each change. */
  readonly revision: number
  get(id: string): AddressEntry | undefined
  /** Adds a peer that was reported; `origin` is the source's. @returns true when it is new or its addresses are */
  add(address: Address, source: { readonly group: string; readonly origin?: string }): boolean
  /** A dial begins. */
  attempted(id: string): void
  /** The peer was reached and is useful. */
  succeeded(id: string): void
  /**
   * The dial failed, or what was reached not useful. Not before the time given is it picked again. `blameless`: it need
   * not be the peer's fault.
   */
  failed(id: string, options?: { readonly notBeforeMs?: number; readonly blameless?: boolean }): void
  /** Leaves the peer alone until a time, whatever the reason. */
  postpone(id: string, notBeforeMs: number): void
  remove(id: string): void
  /** One to dial, by chance; undefined when nobody comes into question now. */
  pick(options: PickOptions): AddressEntry | undefined
  /** Up to that many by chance, each once, none of them private or stale; asks `accept` of no more than needed. */
  sample(count: number, accept?: (entry: AddressEntry) => boolean): AddressEntry[]
  entries(): IterableIterator<AddressEntry>
  /** Takes an entry as it was stored. */
  restore(entry: AddressEntry): void
}

interface Held {
  entry: AddressEntry
  readonly buckets: Set<number>
}

/** Creates an empty book. */
export function createAddressBook({ clock, random, key, isPrivate = () => false }: AddressBookOptions): AddressBook {
  const held = new Map<string, Held>()
  const tables: Record<AddressTable, BucketTable> = { new: createBucketTable(), old: createBucketTable() }

  let revision = 0

  const below = (count: number): number => Math.min(count - 1, Math.floor(random() * count))
  const groupOfEntry = ({ addresses }: Pick<Address, 'addresses'>): string => networkGroupOf(addresses[0] ?? '')

  /** Default origin: the network group. */
  function defaultOrigin(id: string, addresses: readonly string[]): string {
    const group = groupOfEntry({ addresses })
    return group === 'local' ? id : group
  }

  function change(id: string, changes: (entry: AddressEntry) => AddressEntry): void {
    const found = held.get(id)
    if (found === undefined) return
    found.entry = changes(found.entry)
    revision++
  }

  function drop({ entry, buckets }: Held): void {
    for (const bucket of buckets) tables[entry.table].remove(bucket, entry.id)
    held.delete(entry.id)
    revision++
  }

  /** Makes room in a bucket: the stale go first, then a peer that was heard of longest ago. */
  function weakest(table: AddressTable, bucket: number): Held | undefined {
    const nowMs = clock.now()
    let weakest: Held | undefined
    for (const id of tables[table].idsOf(bucket)) {
      const one = held.get(id)
      if (one === undefined) continue
      if (isStale(one.entry, nowMs)) return one
      if (weakest === undefined || one.entry.seenAtMs < weakest.entry.seenAtMs) weakest = one
    }
    return weakest
  }

  function putNew(one: Held, bucket: number): void {
    const { entry, buckets } = one
    if (buckets.has(bucket)) return
    if (tables.new.idsOf(bucket).size >= BUCKET_SIZE) {
      const evicted = weakest('new', bucket)
      if (evicted !== undefined) leaveBucket(evicted, bucket)
    }
    buckets.add(bucket)
    tables.new.put(bucket, entry.id)
  }

  function leaveBucket(one: Held, bucket: number): void {
    tables[one.entry.table].remove(bucket, one.entry.id)
    one.buckets.delete(bucket)
    if (one.buckets.size === 0) held.delete(one.entry.id)
  }

  function putOld(one: Held): void {
    const { id } = one.entry
    for (const bucket of one.buckets) tables.new.remove(bucket, id)
    one.buckets.clear()
    one.entry = { ...one.entry, table: 'old' }
    const bucket = oldBucketOf(key, groupOfEntry(one.entry), id)
    if (tables.old.idsOf(bucket).size >= BUCKET_SIZE) demote(bucket)
    one.buckets.add(bucket)
    tables.old.put(bucket, id)
  }

  /** A peer that gives way among the reached is reported again, so to speak. */
  function demote(bucket: number): void {
    const evicted = weakest('old', bucket)
    if (evicted === undefined) return
    tables.old.remove(bucket, evicted.entry.id)
    evicted.buckets.clear()
    evicted.entry = { ...evicted.entry, table: 'new' }
    putNew(evicted, newBucketOf(key, groupOfEntry(evicted.entry), evicted.entry.sourceGroup))
  }

  function mayPick(entry: AddressEntry, accept: PickOptions['accept']): boolean {
    return isEligible(entry, clock.now()) && !isStale(entry, clock.now()) && (accept?.(entry) ?? true)
  }

  /** Picks a bucket first, so that full buckets gain nothing. */
  function draw(table: AddressTable): AddressEntry | undefined {
    const filled = tables[table].filled()
    if (filled.length === 0) return undefined
    const ids = [...tables[table].idsOf(filled[below(filled.length)]!)]
    return held.get(ids[below(ids.length)]!)?.entry
  }

  /** Independent of how many peers were reported. */
  function chooseTable(newBias: number): AddressTable {
    if (tables.old.size === 0) return 'new'
    return tables.new.size > 0 && random() < newBias ? 'new' : 'old'
  }

  function shuffled<T>(all: readonly T[]): T[] {
    const list = [...all]
    for (let last = list.length - 1; last > 0; last--) {
      const other = below(last + 1)
      const moved = list[last]!
      list[last] = list[other]!
      list[other] = moved
    }
    return list
  }

  return {
    get size() {
      return held.size
    },
    get revision() {
      return revision
    },
    get: (id) => held.get(id)?.entry,

    add({ id, addresses, enr, private: secret = isPrivate(id) }, source) {
      if (addresses.length === 0) return false
      revision++
      const nowMs = clock.now()
      const kept = addresses.slice(0, MAX_ADDRESSES)
      const { origin = defaultOrigin(id, kept) } = source
      const known = held.get(id)
      if (known !== undefined) {
        const changed = kept.some((address) => !known.entry.addresses.includes(address))
        known.entry = {
          ...known.entry,
          // Unknown peers must not make their own what others know of, too.
          ...(known.entry.origin === INBOUND_ORIGIN ? { origin } : {}),
          seenAtMs: nowMs,
          addresses: kept,
          private: known.entry.private || secret,
          ...(enr === undefined ? {} : { enr }),
        }
        const { size } = known.buckets
        // Each further bucket is half as likely: being reported often must not crowd others out.
        if (known.entry.table === 'new' && size < MAX_NEW_BUCKETS && random() < 1 / 2 ** size) {
          putNew(known, newBucketOf(key, groupOfEntry({ addresses: kept }), source.group))
        }
        return changed
      }
      const entry: AddressEntry = {
        id,
        addresses: kept,
        ...(enr === undefined ? {} : { enr }),
        sourceGroup: source.group,
        origin,
        private: secret,
        table: 'new',
        addedAtMs: nowMs,
        seenAtMs: nowMs,
        failures: 0,
      }
      const one: Held = { entry, buckets: new Set() }
      held.set(id, one)
      putNew(one, newBucketOf(key, groupOfEntry(entry), source.group))
      return true
    },

    attempted: (id) => change(id, (entry) => ({ ...entry, attemptedAtMs: clock.now() })),
    succeeded(id) {
      const nowMs = clock.now()
      change(id, ({ notBeforeMs: _, ...entry }) => ({ ...entry, failures: 0, succeededAtMs: nowMs, seenAtMs: nowMs }))
      const one = held.get(id)
      if (one?.entry.table === 'new') putOld(one)
    },
    failed(id, { notBeforeMs, blameless = false } = {}) {
      change(id, (entry) => ({
        ...entry,
        failures: entry.failures + (blameless ? 0 : 1),
        attemptedAtMs: clock.now(),
        ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
      }))
    },
    postpone: (id, notBeforeMs) =>
      change(id, (entry) => ({ ...entry, notBeforeMs: Math.max(notBeforeMs, entry.notBeforeMs ?? 0) })),
    remove(id) {
      const one = held.get(id)
      if (one !== undefined) drop(one)
    },

    pick({ newBias, accept }) {
      for (let tries = 0; tries < DRAWS; tries++) {
        const entry = draw(chooseTable(newBias))
        if (entry !== undefined && mayPick(entry, accept)) return entry
      }
      // Few are left that come into question: chance would hardly find them.
      const left = [...held.values()].filter(({ entry }) => mayPick(entry, accept))
      return left[below(left.length)]?.entry
    },
    sample(count, accept) {
      const nowMs = clock.now()
      const chosen: AddressEntry[] = []
      for (const { entry } of shuffled([...held.values()])) {
        if (chosen.length >= count) break
        if (!entry.private && !isStale(entry, nowMs) && (accept?.(entry) ?? true)) chosen.push(entry)
      }
      return chosen
    },
    *entries() {
      for (const { entry } of held.values()) yield entry
    },
    restore(entry) {
      if (held.has(entry.id) || entry.addresses.length === 0) return
      revision++
      const hidden = entry.private || isPrivate(entry.id)
      const origin = entry.origin ?? defaultOrigin(entry.id, entry.addresses)
      const one: Held = { entry: { ...entry, origin, table: 'new', private: hidden }, buckets: new Set() }
      held.set(entry.id, one)
      if (entry.table === 'old') putOld(one)
      else putNew(one, newBucketOf(key, groupOfEntry(entry), entry.sourceGroup))
    },
  }
}
