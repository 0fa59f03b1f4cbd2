import { sha256 } from '@noble/hashes/sha2.js'

/** Most entries of a bucket. */
export const BUCKET_SIZE = 64

const COUNT = { new: 256, old: 64 } as const
/** How many buckets a peer that reports addresses can reach: one liar must not fill the book. */
const NEW_BUCKETS_PER_SOURCE = 32
/** How many buckets one network group can reach. */
const OLD_BUCKETS_PER_GROUP = 4

const encoder = new TextEncoder()

/** A number below `below` that nobody can foresee who does not know the key. */
function keyed(key: Uint8Array, below: number, ...parts: readonly string[]): number {
  const text = encoder.encode(parts.map((part) => `${part.length}:${part}`).join(''))
  const input = new Uint8Array(key.length + text.length)
  input.set(key)
  input.set(text, key.length)
  const digest = sha256(input)
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) % below
}

/** The bucket of an address that was reported. */
export function newBucketOf(key: Uint8Array, group: string, sourceGroup: string): number {
  const slot = keyed(key, NEW_BUCKETS_PER_SOURCE, 'new', group, sourceGroup)
  return keyed(key, COUNT.new, 'new', sourceGroup, String(slot))
}

/** The bucket of an address that was reached. */
export function oldBucketOf(key: Uint8Array, group: string, id: string): number {
  const slot = keyed(key, OLD_BUCKETS_PER_GROUP, 'old', id)
  return keyed(key, COUNT.old, 'old', group, String(slot))
}

/** Sets of ids by bucket, of one place. */
export interface BucketTable {
  /** Places taken, over all buckets. */
  readonly size: number
  /** Ids of a bucket, in the order in which they came. */
  idsOf(bucket: number): ReadonlySet<string>
  put(bucket: number, id: string): void
  remove(bucket: number, id: string): void
  /** Buckets that hold anything. */
  filled(): readonly number[]
}

/** Creates empty buckets. */
export function createBucketTable(): BucketTable {
  const buckets = new Map<number, Set<string>>()
  const none: ReadonlySet<string> = new Set()
  let size = 0
  return {
    get size() {
      return size
    },
    idsOf: (bucket) => buckets.get(bucket) ?? none,
    put(bucket, id) {
      const ids = buckets.get(bucket) ?? new Set()
      buckets.set(bucket, ids)
      size -= ids.size
      ids.add(id)
      size += ids.size
    },
    remove(bucket, id) {
      const ids = buckets.get(bucket)
      if (!ids?.delete(id)) return
      size--
      if (ids.size === 0) buckets.delete(bucket)
    },
    filled: () => [...buckets.keys()],
  }
}
