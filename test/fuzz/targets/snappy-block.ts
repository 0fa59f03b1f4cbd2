import { isLamparaError } from '../../../src/errors/index.ts'
import { compressBlock, decompressBlock } from '../../../src/wire/index.ts'
import { fixtureFiles } from '../../kit/fuzz/fixture-files.ts'
import { referenceDecompress } from '../../kit/wire/reference-snappy.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const MAX_BYTES = 8_192

/** Blocks, held against a slow decompressor of our own: both must take the same ones, and make the same of them. */
export function snappyBlock(): Target {
  const repetitive = Uint8Array.from({ length: 3_000 }, (_, i) => (i * i) >> 6)
  return {
    seeds: [
      ...[0, 1, 5, 60, 61, 300, 3_000].map((length) => compressBlock(repetitive.subarray(0, length))),
      compressBlock(new Uint8Array(5_000)),
      ...fixtureFiles('snappy/invalid-raw'),
      ...fixtureFiles('snappy/raw', '.rawsnappy', 400_000).map((bytes) => bytes.subarray(0, 2_000)),
    ],
    codes: ['length_out_of_bounds', 'snappy_invalid'],
    maxInputBytes: 12_000,
    run(input) {
      const expected = referenceDecompress(input, MAX_BYTES)
      let bytes: Uint8Array
      try {
        bytes = decompressBlock(input, { maxBytes: MAX_BYTES })
      } catch (error) {
        // What is longer than any compressor makes of that much is refused unread.
        const tooLong = isLamparaError(error, 'length_out_of_bounds') && input.length > MAX_BYTES
        insist(expected === undefined || tooLong, 'refuses what the format allows')
        throw error
      }
      insist(expected !== undefined, 'takes what the format forbids')
      insist(bytes.length <= MAX_BYTES, 'gives more than its bound')
      insistSame(bytes, expected, 'gives other bytes than the format says')
      insistSame(
        decompressBlock(compressBlock(bytes), { maxBytes: bytes.length }),
        bytes,
        'does not survive the round trip',
      )
      return ''
    },
  }
}
