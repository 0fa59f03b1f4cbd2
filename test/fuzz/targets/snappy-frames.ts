import { bytesReader } from '../../../src/streams/bytes/byte-reader.ts'
import { decodeFrames, encodeFrames, readFrames } from '../../../src/wire/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { fixtureFiles, hexBytesIn } from '../../kit/fuzz/fixture-files.ts'
import { frameMutators } from '../../kit/fuzz/frames.ts'
import { splitReader } from '../../kit/fuzz/split.ts'
import { insist, insistSame, type Target } from '../engine/target.ts'

const MAX_BYTES = 8_192

function seeds(): Uint8Array[] {
  const contents = [0, 1, 8, 84, 500, 4_000].map((length) => Uint8Array.from({ length }, (_, i) => (i * i) >> 5))
  return [
    ...contents.map(encodeFrames),
    // Padding and chunks that may be skipped, in the middle.
    Uint8Array.from([
      ...encodeFrames(contents[2]!),
      0xfe,
      3,
      0,
      0,
      0,
      0,
      0,
      ...encodeFrames(contents[3]!),
      0x80,
      1,
      0,
      0,
      9,
    ]),
    ...(fixtures.available ? hexBytesIn(fixtures.json('snappy/framed/golang-golden.json')) : []),
    ...fixtureFiles('snappy/framed', '.snappy').map((bytes) => bytes.subarray(0, 4_000)),
  ]
}

/** A whole buffer of frames. */
export function wholeFrames(): Target {
  return {
    seeds: seeds(),
    codes: ['length_out_of_bounds', 'snappy_invalid', 'snappy_checksum_mismatch', 'unexpected_end'],
    maxInputBytes: 12_000,
    mutators: frameMutators(() => 0),
    run(input) {
      const bytes = decodeFrames(input, { maxBytes: MAX_BYTES })
      insist(bytes.length <= MAX_BYTES, 'gives more than its bound')
      insistSame(
        decodeFrames(encodeFrames(bytes), { maxBytes: bytes.length }),
        bytes,
        'does not survive the round trip',
      )
      return bytes.length === 0 ? 'empty' : 'some'
    },
  }
}

/** Frames from a stream, after two bytes that say how many bytes they hold; cut anyhow, they must come to the same. */
export function streamedFrames(): Target {
  return {
    seeds: seeds().map((frames) => Uint8Array.from([lengthOf(frames) & 0xff, lengthOf(frames) >> 8, ...frames])),
    codes: ['length_out_of_bounds', 'snappy_invalid', 'snappy_checksum_mismatch', 'unexpected_end'],
    maxInputBytes: 4_096,
    mutators: frameMutators(() => 2),
    async run(input) {
      const length = ((input[0] ?? 0) | ((input[1] ?? 0) << 8)) % MAX_BYTES
      const frames = input.subarray(2)
      const reader = splitReader(frames)
      const bytes = await readFrames(reader, length)
      insist(bytes.length === length, 'gives another length than it was asked for')
      const again = bytesReader(frames)
      insistSame(await readFrames(again, length), bytes, 'the pieces make a difference')
      insist(again.bytesRead === reader.bytesRead, 'how far it reads depends on the pieces')
      return reader.bytesRead < frames.length ? 'left some' : 'took all'
    },
  }
}

/** What frames hold; some number where they are no valid ones. */
function lengthOf(frames: Uint8Array): number {
  try {
    return decodeFrames(frames, { maxBytes: 2 ** 16 }).length % MAX_BYTES
  } catch {
    return frames.length % MAX_BYTES
  }
}
