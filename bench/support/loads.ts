import { createChain } from '../../src/chain/index.ts'
import { defineTopic } from '../../src/gossip/index.ts'
import { defineProtocol, sszCodec } from '../../src/reqresp/index.ts'
import { PortableByteListType } from '../../src/ssz/index.ts'
import { encodeChunk } from '../../src/wire/index.ts'

/** A chain of its own, in Electra since long ago: nobody else's messages come by. */
export const benchChain = createChain(
  {
    PRESET_BASE: 'minimal',
    CONFIG_NAME: 'bench',
    SECONDS_PER_SLOT: 12,
    GENESIS_FORK_VERSION: '0x00000009',
    ...Object.fromEntries(
      ['ALTAIR', 'BELLATRIX', 'CAPELLA', 'DENEB', 'ELECTRA'].flatMap((name, index) => [
        [`${name}_FORK_VERSION`, `0x0${index + 1}000009`],
        [`${name}_FORK_EPOCH`, 0],
      ]),
    ),
    MAX_BLOBS_PER_BLOCK_ELECTRA: 9,
  },
  { genesisValidatorsRoot: `0x${'19'.repeat(32)}`, genesisTime: 1_700_000_000 },
)

/** What messages and chunks are, in SSZ. */
export const byteList: PortableByteListType = new PortableByteListType(1024 * 1024)

/** Half of it random, so that snappy has as much to do as with real objects. */
export function payload(bytes: number, index: number): Uint8Array {
  const value = new Uint8Array(bytes)
  crypto.getRandomValues(value.subarray(0, Math.min(bytes / 2, 65_536)))
  new DataView(value.buffer).setUint32(0, index)
  return value
}

/** The topic that messages come on. */
export const benchTopic = defineTopic<Uint8Array>({
  name: 'bench',
  maxBytes: 1024 * 1024,
  decode: (bytes) => byteList.deserialize(bytes),
  encode: (message) => byteList.serialize(message),
})

const CHUNK_BYTES = 100_000
/** Chunks of the large answer. */
export const CHUNKS = 64

/** Many large chunks for one request. */
export const largeProtocol = defineProtocol<Uint8Array, Uint8Array>({
  name: 'bench_large',
  request: { minBytes: 8, maxBytes: 8, encode: (bytes) => bytes, decode: (bytes) => bytes },
  response: sszCodec(byteList),
  maxChunks: CHUNKS,
})

const FLOOD_CHUNKS = 10 * CHUNKS

/** More than anyone would hold. */
export const floodProtocol = defineProtocol<Uint8Array, Uint8Array>({
  name: 'bench_flood',
  request: { minBytes: 8, maxBytes: 8, encode: (bytes) => bytes, decode: (bytes) => bytes },
  response: sszCodec(byteList),
  maxChunks: FLOOD_CHUNKS,
})

/** One small chunk for a small request. */
export const smallProtocol = defineProtocol<Uint8Array, Uint8Array>({
  name: 'bench_small',
  request: { minBytes: 8, maxBytes: 8, encode: (bytes) => bytes, decode: (bytes) => bytes },
  response: sszCodec(byteList),
})

/** Answers as bytes, made once: what answers is not what is measured. */
export function answers(): Readonly<Record<string, readonly Uint8Array[]>> {
  const large = Array.from({ length: CHUNKS }, (_, index) => encodeChunk(payload(CHUNK_BYTES, index)))
  return {
    [largeProtocol.id]: large,
    [floodProtocol.id]: Array.from({ length: FLOOD_CHUNKS }, (_, index) => large[index % CHUNKS]!),
    [smallProtocol.id]: [encodeChunk(payload(100, 0))],
  }
}
