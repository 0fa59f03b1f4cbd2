import { bytesReader } from '../../../src/streams/bytes/byte-reader.ts'
import { encodeRequest, readRequest } from '../../../src/wire/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { hexBytesIn } from '../../kit/fuzz/fixture-files.ts'
import { frameMutators } from '../../kit/fuzz/frames.ts'
import { splitReader } from '../../kit/fuzz/split.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const MIN_BYTES = 4
const MAX_BYTES = 300

/** A request as a server reads it, cut anyhow. */
export function request(): Target {
  const contents = [0, 4, 8, 16, 84, 300, 301].map((length) => new Uint8Array(length).fill(length))
  return {
    seeds: [
      ...contents.map(encodeRequest),
      ...(fixtures.available ? hexBytesIn(fixtures.json('reqresp/lodestar-decoding-errors.json')) : []),
    ],
    codes: ['length_out_of_bounds', 'varint_invalid', 'snappy_invalid', 'snappy_checksum_mismatch', 'unexpected_end'],
    maxInputBytes: 2_048,
    mutators: frameMutators((input) => Math.max(1, input.findIndex((byte) => byte < 0x80) + 1)),
    async run(input) {
      const bounds = { minBytes: MIN_BYTES, maxBytes: MAX_BYTES }
      const reader = splitReader(input)
      const bytes = await readRequest(reader, bounds)
      insist(bytes.length >= MIN_BYTES && bytes.length <= MAX_BYTES, 'gives what is out of bounds')
      insistSame(await readRequest(bytesReader(input), bounds), bytes, 'the pieces make a difference')
      insistSame(await readRequest(bytesReader(encodeRequest(bytes)), bounds), bytes, 'does not survive the round trip')
      return reader.bytesRead < input.length ? 'left some' : 'took all'
    },
  }
}
