// A key-value store in memory, in place of @lodestar/db.
export const BUCKET_LENGTH = 1
const be = (n, length) => {
  const out = Buffer.alloc(length)
  let v = BigInt(n)
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(v & 255n)
    v >>= 8n
  }
  return out
}
export const encodeNumberForDbKey = (n, length) => be(n, length)
export const decodeNumberForDbKey = (bytes) => Number(BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`))
export function encodeKey(bucket, key) {
  const tail =
    typeof key === 'string' ? Buffer.from(key) : typeof key === 'number' || typeof key === 'bigint' ? be(key, 8) : key
  return Buffer.concat([Buffer.from([bucket]), tail])
}
const hex = (b) => Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString('hex')
export class LevelDbController {
  map = new Map()
  sorted = undefined
  static async create() {
    return new LevelDbController()
  }
  async close() {}
  clear() {}
  setMetrics() {}
  async approximateSize() {
    return 0
  }
  async compactRange() {}
  async get(key) {
    return this.map.get(hex(key)) ?? null
  }
  async getMany(keys) {
    return keys.map((key) => this.map.get(hex(key)))
  }
  async put(key, value) {
    const k = hex(key)
    if (!this.map.has(k)) this.sorted = undefined
    this.map.set(k, Uint8Array.from(value))
  }
  async delete(key) {
    if (this.map.delete(hex(key))) this.sorted = undefined
  }
  async batchPut(items) {
    for (const { key, value } of items) await this.put(key, value)
  }
  async batchDelete(keys) {
    for (const key of keys) await this.delete(key)
  }
  async batch(ops) {
    for (const op of ops) await (op.type === 'put' ? this.put(op.key, op.value) : this.delete(op.key))
  }
  #range({ gt, gte, lt, lte, reverse, limit } = {}) {
    this.sorted ??= [...this.map.keys()].sort()
    const [a, b, c, d] = [gt, gte, lt, lte].map((x) => x && hex(x))
    let keys = this.sorted.filter(
      (k) =>
        (a === undefined || k > a) &&
        (b === undefined || k >= b) &&
        (c === undefined || k < c) &&
        (d === undefined || k <= d),
    )
    if (reverse) keys = keys.reverse()
    return limit !== undefined && limit >= 0 ? keys.slice(0, limit) : keys
  }
  #entry = (k) => ({ key: Buffer.from(k, 'hex'), value: this.map.get(k) })
  async keys(o) {
    return this.#range(o).map((k) => Buffer.from(k, 'hex'))
  }
  async values(o) {
    return this.#range(o).map((k) => this.map.get(k))
  }
  async entries(o) {
    return this.#range(o).map(this.#entry)
  }
  async *keysStream(o) {
    yield* await this.keys(o)
  }
  async *valuesStream(o) {
    yield* await this.values(o)
  }
  async *entriesStream(o) {
    yield* await this.entries(o)
  }
}
class Base {
  constructor(config, db, bucket, bucketId) {
    Object.assign(this, {
      config,
      db,
      bucket,
      bucketId,
      minKey: encodeKey(bucket, Buffer.alloc(0)),
      maxKey: encodeKey(bucket + 1, Buffer.alloc(0)),
      dbReqOpts: { bucketId },
    })
  }
  encodeKey(id) {
    return encodeKey(this.bucket, id)
  }
  decodeKey(key) {
    return key.slice(BUCKET_LENGTH)
  }
  async getBinary(id) {
    return this.db.get(this.encodeKey(id))
  }
  async putBinary(id, value) {
    await this.db.put(this.encodeKey(id), value)
  }
  async has(id) {
    return (await this.getBinary(id)) !== null
  }
  async delete(id) {
    await this.db.delete(this.encodeKey(id))
  }
  async batchDelete(ids) {
    await this.db.batchDelete(ids.map((id) => this.encodeKey(id)))
  }
  async batchPutBinary(items) {
    await this.db.batchPut(Array.from(items).map(({ key, value }) => ({ key: this.encodeKey(key), value })))
  }
  dbFilterOptions(o = {}) {
    const out = { bucketId: this.bucketId }
    if (o.lt !== undefined) out.lt = this.encodeKey(o.lt)
    else if (o.lte !== undefined) out.lte = this.encodeKey(o.lte)
    else out.lt = this.maxKey
    if (o.gt !== undefined) out.gt = this.encodeKey(o.gt)
    else if (o.gte !== undefined) out.gte = this.encodeKey(o.gte)
    else out.gte = this.minKey
    if (o.reverse !== undefined) out.reverse = o.reverse
    if (o.limit !== undefined) out.limit = o.limit
    return out
  }
  async keys(o) {
    return (await this.db.keys(this.dbFilterOptions(o))).map((k) => this.decodeKey(k))
  }
  async *keysStream(o) {
    yield* await this.keys(o)
  }
  async *binaryEntriesStream(o) {
    yield* await this.db.entries(this.dbFilterOptions(o))
  }
  async firstKey() {
    return (await this.keys({ limit: 1 }))[0] ?? null
  }
  async lastKey() {
    return (await this.keys({ limit: 1, reverse: true }))[0] ?? null
  }
  async binaries(o) {
    return this.db.values(this.dbFilterOptions(o))
  }
  async firstBinary() {
    return (await this.binaries({ limit: 1 }))[0] ?? null
  }
  async lastBinary() {
    return (await this.binaries({ limit: 1, reverse: true }))[0] ?? null
  }
}
export class BinaryRepository extends Base {}
export class Repository extends Base {
  constructor(config, db, bucket, type, bucketId) {
    super(config, db, bucket, bucketId)
    this.type = type
  }
  encodeValue(v) {
    return this.type.serialize(v)
  }
  decodeValue(b) {
    return this.type.deserialize(b)
  }
  getId(v) {
    return this.type.hashTreeRoot(v)
  }
  async get(id) {
    const b = await this.getBinary(id)
    return b ? this.decodeValue(b) : null
  }
  async put(id, v) {
    await this.db.put(this.encodeKey(id), this.encodeValue(v))
  }
  async add(v) {
    await this.put(this.getId(v), v)
  }
  async remove(v) {
    await this.delete(this.getId(v))
  }
  async batchPut(items) {
    await this.db.batchPut(
      Array.from(items).map(({ key, value }) => ({ key: this.encodeKey(key), value: this.encodeValue(value) })),
    )
  }
  async batchAdd(values) {
    await this.batchPut(values.map((value) => ({ key: this.getId(value), value })))
  }
  async batchRemove(values) {
    await this.batchDelete(Array.from(values).map((v) => this.getId(v)))
  }
  async values(o) {
    return (await this.db.values(this.dbFilterOptions(o))).map((b) => this.decodeValue(b))
  }
  async *valuesStream(o) {
    for (const b of await this.db.values(this.dbFilterOptions(o))) yield this.decodeValue(b)
  }
  async entries(o) {
    return (await this.db.entries(this.dbFilterOptions(o))).map(({ key, value }) => ({
      key: this.decodeKey(key),
      value: this.decodeValue(value),
    }))
  }
  async *entriesStream(o) {
    yield* await this.entries(o)
  }
  async firstValue() {
    return (await this.values({ limit: 1 }))[0] ?? null
  }
  async lastValue() {
    return (await this.values({ limit: 1, reverse: true }))[0] ?? null
  }
  async firstEntry() {
    return (await this.entries({ limit: 1 }))[0] ?? null
  }
  async lastEntry() {
    return (await this.entries({ limit: 1, reverse: true }))[0] ?? null
  }
}
/** Not needed by a chain without blobs, beyond its being there. */
export class PrefixedRepository extends Base {
  constructor(config, db, bucket, type, bucketId) {
    super(config, db, bucket, bucketId)
    this.type = type
  }
  #key(prefix, id) {
    return encodeKey(this.bucket, this.encodeKeyRaw(prefix, id))
  }
  async putMany(prefix, values) {
    for (const v of values) await this.db.put(this.#key(prefix, this.getId(v)), this.encodeValue(v))
  }
  async putManyBinary(prefix, items) {
    for (const { key, value } of items) await this.db.put(this.#key(prefix, key), value)
  }
  async getManyBinary(prefix, ids) {
    return Promise.all(ids.map((id) => this.db.get(this.#key(prefix, id)).then((x) => x ?? undefined)))
  }
  async getMany(prefix, ids) {
    return (await this.getManyBinary(prefix, ids)).map((b) => b && this.decodeValue(b))
  }
  #within(prefix) {
    return {
      gte: encodeKey(this.bucket, this.getMinKeyRaw(prefix)),
      lte: encodeKey(this.bucket, this.getMaxKeyRaw(prefix)),
    }
  }
  async values(prefix) {
    return (await this.db.values(this.#within(prefix))).map((b) => this.decodeValue(b))
  }
  async *valuesStreamBinary(prefix) {
    for (const { key, value } of await this.db.entries(this.#within(prefix)))
      yield { ...this.decodeKeyRaw(key.slice(1)), value }
  }
  async deleteMany(prefixes) {
    for (const p of Array.isArray(prefixes) ? prefixes : [prefixes])
      await this.db.batchDelete(await this.db.keys(this.#within(p)))
  }
  async keys() {
    return []
  }
}
