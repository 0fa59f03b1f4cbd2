import { fromHex, type Hex, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'

/** The most records of an answer. */
export const MAX_RECORDS = 30
/** The most bytes of a record (EIP-778). */
const MAX_RECORD_BYTES = 300
const OFFSET_BYTES = 4
const REQUEST_BYTES = 7

/** Ways to reach a peer, by the bit that stands for each in a request. */
export const exchangeTransports = ['tcp', 'quic', 'ws', 'wss', 'webtransport', 'webrtc-direct', 'webrtc'] as const
/** A way to reach a peer. */
export type ExchangeTransport = (typeof exchangeTransports)[number]

/** What is asked: `Container(fork_digest: Bytes4, transports: uint16, limit: uint8)`. */
export interface PeerExchangeRequest {
  readonly forkDigest: Hex
  /** What the asker can dial. */
  readonly transports: readonly ExchangeTransport[]
  /** The most records wanted, 1 to 30. */
  readonly limit: number
}

/** The request's bytes and bounds. */
export const requestCodec = {
  minBytes: REQUEST_BYTES,
  maxBytes: REQUEST_BYTES,
  encode({ forkDigest, transports, limit }: PeerExchangeRequest): Uint8Array {
    const bytes = new Uint8Array(REQUEST_BYTES)
    bytes.set(fromHex(forkDigest, 4))
    const bits = transports.reduce((mask, name) => mask | (1 << exchangeTransports.indexOf(name)), 0)
    new DataView(bytes.buffer).setUint16(4, bits, true)
    bytes[6] = Math.min(limit, MAX_RECORDS)
    return bytes
  },
  decode(bytes: Uint8Array): PeerExchangeRequest {
    if (bytes.length !== REQUEST_BYTES) throw invalid(`a request has ${REQUEST_BYTES} bytes, not ${bytes.length}`)
    const bits = new DataView(bytes.buffer, bytes.byteOffset).getUint16(4, true)
    const limit = bytes[6]!
    if (limit === 0 || limit > MAX_RECORDS) throw invalid(`a request is for 1 to ${MAX_RECORDS} records, not ${limit}`)
    return {
      forkDigest: toHex(bytes.subarray(0, 4)),
      // Bits that stand for nothing yet are a later version's.
      transports: exchangeTransports.filter((_, bit) => (bits & (1 << bit)) !== 0),
      limit,
    }
  },
} as const

/** The answer's bytes and bounds: `List[ByteList[300], 30]`, node records as they were signed. */
export const recordsCodec = {
  minBytes: 0,
  maxBytes: MAX_RECORDS * (OFFSET_BYTES + MAX_RECORD_BYTES),
  encode(records: readonly Uint8Array[]): Uint8Array {
    if (records.length > MAX_RECORDS) throw invalid(`${records.length} records are more than ${MAX_RECORDS}`)
    const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + OFFSET_BYTES + length, 0))
    const view = new DataView(bytes.buffer)
    let at = records.length * OFFSET_BYTES
    for (const [index, record] of records.entries()) {
      if (record.length > MAX_RECORD_BYTES) throw invalid(`a record has ${record.length} bytes`)
      view.setUint32(index * OFFSET_BYTES, at, true)
      bytes.set(record, at)
      at += record.length
    }
    return bytes
  },
  decode(bytes: Uint8Array): Uint8Array[] {
    if (bytes.length === 0) return []
    if (bytes.length < OFFSET_BYTES) throw invalid('the first offset is cut short')
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const first = view.getUint32(0, true)
    const count = first / OFFSET_BYTES
    if (!Number.isInteger(count) || count === 0 || first > bytes.length) throw invalid(`the first offset is ${first}`)
    if (count > MAX_RECORDS) throw invalid(`${count} records are more than ${MAX_RECORDS}`)
    const offsets = Array.from({ length: count }, (_, index) => view.getUint32(index * OFFSET_BYTES, true))
    return offsets.map((start, index) => {
      const end = offsets[index + 1] ?? bytes.length
      if (end < start || end > bytes.length) throw invalid(`an offset is ${end}`)
      if (end - start > MAX_RECORD_BYTES) throw invalid(`a record has ${end - start} bytes`)
      return bytes.slice(start, end)
    })
  },
} as const

function invalid(why: string): LamparaError {
  return new LamparaError('ssz_invalid', `Cannot read peer exchange: ${why}`)
}
