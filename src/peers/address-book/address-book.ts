import type { Clock } from '../../streams/clock.ts'
import { groupOf } from './address-group.ts'
import { BUCKET_SIZE, type BucketTable, createBucketTable, newBucketOf, oldBucketOf } from './buckets.ts'
import { type Address, type AddressEntry, type Place, STRANGERS } from './entry.ts'
import { isDue, isStale } from './quality.ts'

/** Buckets of the unreached that one peer may be in: how often it was told of by different sources counts, up to a point. */
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
  /** True for peers that others are never told of, whoever tells of them. @default none */
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
 * Everyone who could be dialed. Two tables of buckets, of those told of and of those reached, in which neither one part of the
 * network nor one teller can take more than its share: a flood of addresses displaces its own kind.
 */
export interface AddressBook {
  readonly size: number
  /** Grows with each change. */
  readonly revision: number
  get(id: string): AddressEntry | undefined
  /** Notes a peer that was told of; `lineage` is the teller's. @returns true when it is new or its addresses are */
  add(address: Address, source: { readonly group: string; readonly lineage?: string }): boolean
  /** A dial begins. */
  attempted(id: string): void
  /** The peer was reached and is of use. */
  succeeded(id: string): void
  /**
   * The dial was in vain, or what was reached of no use. Not before the time given is it picked again. `blameless`: it need
   * not be the peer's fault.
   */
  failed(id: string, options?: { readonly notBeforeMs?: number; readonly blameless?: boolean }): void
  /** Leaves the peer alone until a time, whatever the reason. */
  postpone(id: string, notBeforeMs: number): void
  remove(id: string): void
  /** One to dial, by chance; undefined when nobody comes into question now. */
  pick(options: PickOptions): AddressEntry | undefined
  /** At most so many by chance, each once, none of them private or stale; asks `accept` of no more than needed. */
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
  const tables: Record<Place, BucketTable> = { new: createBucketTable(), old: createBucketTable() }

  let revision = 0

  const below = (count: number): number => Math.min(count - 1, Math.floor(random() * count))
  const groupOfEntry = ({ addresses }: Pick<Address, 'addresses'>): string => groupOf(addresses[0] ?? '')

  /** One for each part of the network: whoever has many addresses mostly has them in few. */
  function ownLineage(id: string, addresses: readonly string[]): string {
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
    for (const bucket of buckets) tables[entry.place].remove(bucket, entry.id)
    held.delete(entry.id)
    revision++
  }

  /** Makes room in a bucket: the stale go first, then whoever was heard of longest ago. */
  function weakest(place: Place, bucket: number): Held | undefined {
    const nowMs = clock.now()
    let weakest: Held | undefined
    for (const id of tables[place].idsOf(bucket)) {
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
      const loser = weakest('new', bucket)
      if (loser !== undefined) leaveBucket(loser, bucket)
    }
    buckets.add(bucket)
    tables.new.put(bucket, entry.id)
  }

  function leaveBucket(one: Held, bucket: number): void {
    tables[one.entry.place].remove(bucket, one.entry.id)
    one.buckets.delete(bucket)
    if (one.buckets.size === 0) held.delete(one.entry.id)
  }

  function putOld(one: Held): void {
    const { id } = one.entry
    for (const bucket of one.buckets) tables.new.remove(bucket, id)
    one.buckets.clear()
    one.entry = { ...one.entry, place: 'old' }
    const bucket = oldBucketOf(key, groupOfEntry(one.entry), id)
    if (tables.old.idsOf(bucket).size >= BUCKET_SIZE) demote(bucket)
    one.buckets.add(bucket)
    tables.old.put(bucket, id)
  }

  /** Whoever gives way among the reached is told of again, so to speak. */
  function demote(bucket: number): void {
    const loser = weakest('old', bucket)
    if (loser === undefined) return
    tables.old.remove(bucket, loser.entry.id)
    loser.buckets.clear()
    loser.entry = { ...loser.entry, place: 'new' }
    putNew(loser, newBucketOf(key, groupOfEntry(loser.entry), loser.entry.sourceGroup))
  }

  function mayPick(entry: AddressEntry, accept: PickOptions['accept']): boolean {
    return isDue(entry, clock.now()) && !isStale(entry, clock.now()) && (accept?.(entry) ?? true)
  }

  /** By bucket first: a group that fills its buckets is drawn no more often than one that does not. */
  function draw(place: Place): AddressEntry | undefined {
    const filled = tables[place].filled()
    if (filled.length === 0) return undefined
    const ids = [...tables[place].idsOf(filled[below(filled.length)]!)]
    return held.get(ids[below(ids.length)]!)?.entry
  }

  /** However many were told of: whoever tells of more must not have more of them drawn. */
  function choosePlace(newBias: number): Place {
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
      const { lineage = ownLineage(id, kept) } = source
      const known = held.get(id)
      if (known !== undefined) {
        const changed = kept.some((address) => !known.entry.addresses.includes(address))
        known.entry = {
          ...known.entry,
          // Strangers must not make their own what others know of, too.
          ...(known.entry.lineage === STRANGERS ? { lineage } : {}),
          seenAtMs: nowMs,
          addresses: kept,
          private: known.entry.private || secret,
          ...(enr === undefined ? {} : { enr }),
        }
        const { size } = known.buckets
        // Each further bucket is half as likely: being told of often must not crowd others out.
        if (known.entry.place === 'new' && size < MAX_NEW_BUCKETS && random() < 1 / 2 ** size) {
          putNew(known, newBucketOf(key, groupOfEntry({ addresses: kept }), source.group))
        }
        return changed
      }
      const entry: AddressEntry = {
        id,
        addresses: kept,
        ...(enr === undefined ? {} : { enr }),
        sourceGroup: source.group,
        lineage,
        private: secret,
        place: 'new',
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
      if (one?.entry.place === 'new') putOld(one)
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
        const entry = draw(choosePlace(newBias))
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
      const lineage = entry.lineage ?? ownLineage(entry.id, entry.addresses)
      const one: Held = { entry: { ...entry, lineage, place: 'new', private: hidden }, buckets: new Set() }
      held.set(entry.id, one)
      if (entry.place === 'old') putOld(one)
      else putNew(one, newBucketOf(key, groupOfEntry(entry), entry.sourceGroup))
    },
  }
}
