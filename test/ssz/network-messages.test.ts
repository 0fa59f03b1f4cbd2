import { describe, expect, it } from 'vitest'
import { fromHex, type Hex, toHex } from '../../src/chain/index.ts'
import { BitArray, networkMessages, type Status } from '../../src/ssz/index.ts'
import { bytesReader } from '../../src/streams/bytes/byte-reader.ts'
import { readPayload } from '../../src/wire/index.ts'
import { fixtures } from '../kit/fixtures.ts'

const messages = (fixtures.available ? fixtures.json('reqresp/lodestar-messages.json') : {}) as Record<
  string,
  { request_or_payload_chunks: Hex[]; value: unknown; ssz_length_from_varint: number }
>

const root = fromHex(`0x${'da'.repeat(32)}`)
const status: Status = {
  forkDigest: fromHex('0xdadadada'),
  finalizedRoot: root,
  finalizedEpoch: 9,
  headRoot: root,
  headSlot: 10,
}

describe('network messages', () => {
  it.each([
    ['status', 84],
    ['statusV2', 92],
    ['goodbye', 8],
    ['ping', 8],
    ['metadataV1', 16],
    ['metadataV2', 17],
    ['metadataV3', 25],
    ['lightClientUpdatesByRangeRequest', 16],
    ['root', 32],
  ] as const)('have a fixed size: %s, %i bytes', (name, size) => {
    const { minSize, maxSize } = networkMessages[name]
    expect([minSize, maxSize]).toEqual([size, size])
  })

  it('lay out Status as the specification orders it', () => {
    const bytes = networkMessages.statusV2.serialize({ ...status, earliestAvailableSlot: 11 })
    const numbers = { epoch: '0900000000000000', slot: '0a00000000000000', earliest: '0b00000000000000' }
    const hex = `dadadada${'da'.repeat(32)}${numbers.epoch}${'da'.repeat(32)}${numbers.slot}${numbers.earliest}`
    expect(toHex(bytes)).toBe(`0x${hex}`)
    expect(networkMessages.statusV2.deserialize(bytes)).toEqual({ ...status, earliestAvailableSlot: 11 })
  })

  it('lay out MetaData as the specification orders it', () => {
    const metadata = {
      seqNumber: 2n ** 64n - 1n,
      attnets: BitArray.fromSingleBit(64, 3),
      syncnets: BitArray.fromSingleBit(4, 1),
      custodyGroupCount: 4n,
    }
    const bytes = networkMessages.metadataV3.serialize(metadata)
    expect(toHex(bytes)).toBe('0xffffffffffffffff0800000000000000020400000000000000')
    expect(networkMessages.metadataV3.deserialize(bytes)).toEqual(metadata)
  })

  it('lay out a request of updates by range', () => {
    const bytes = networkMessages.lightClientUpdatesByRangeRequest.serialize({ startPeriod: 1422, count: 128 })
    expect(toHex(bytes)).toBe('0x8e050000000000008000000000000000')
  })

  it('refuse more syncnets than there are', () => {
    expect(() => networkMessages.metadataV2.deserialize(fromHex(`0x${'00'.repeat(16)}10`))).toThrow('nonzero bits')
  })
})

describe.skipIf(!fixtures.available)('messages recorded from Lodestar', () => {
  it.each([
    ['sszSnappyStatus', networkMessages.status],
    ['sszSnappyPhase0Metadata', networkMessages.metadataV1],
    ['sszSnappyPing', networkMessages.ping],
  ] as const)('%s has the value given', async (name, type) => {
    const { request_or_payload_chunks: parts, value } = messages[name]!
    const bounds = { minBytes: type.minSize, maxBytes: type.maxSize }
    const ssz = await readPayload(bytesReader(parts.map((part) => fromHex(part))), bounds)
    expect(type.toJson(type.deserialize(ssz) as never)).toEqual(value)
  })
})
