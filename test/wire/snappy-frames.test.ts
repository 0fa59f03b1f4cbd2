import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/chain/index.ts'
import { bytesReader } from '../../src/streams/bytes/byte-reader.ts'
import {
  compressBlock,
  decodeFrames,
  encodeFrames,
  maskedCrc32c,
  maxCompressedLength,
  readFrames,
} from '../../src/wire/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { failureOf, rejectionOf } from '../kit/wire/failure.ts'

interface GoldenFrames {
  readonly name: string
  readonly framed: string
  readonly expected?: string
}

const golden = (fixtures.available ? fixtures.json('snappy/framed/golang-golden.json') : []) as GoldenFrames[]

const identifier = fromHex('0xff060000734e61507059')

function frame(type: number, body: Uint8Array): Uint8Array {
  return Uint8Array.of(type, body.length & 255, (body.length >> 8) & 255, body.length >> 16, ...body)
}

function checksum(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, maskedCrc32c(data), true)
  return bytes
}

function plain(data: Uint8Array): Uint8Array {
  return frame(1, Uint8Array.of(...checksum(data), ...data))
}

function compressed(data: Uint8Array): Uint8Array {
  return frame(0, Uint8Array.of(...checksum(data), ...compressBlock(data)))
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** Cuts bytes into pieces at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

const data = fromHex('0x0102030405060708090a')

describe('snappy frames', () => {
  it('survive the round trip, whole', () => {
    for (const length of [0, 1, 100, 65_535, 65_536, 65_537, 300_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i) >> 9)
      const frames = encodeFrames(bytes)
      expect(frames.length).toBeLessThanOrEqual(maxCompressedLength(length))
      expect(Buffer.compare(decodeFrames(frames, { maxBytes: length }), bytes)).toBe(0)
    }
  })

  it('are read the same however they are cut into pieces, and what follows them is left alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (bytes, after, places) => {
          const reader = bytesReader(cut(join(encodeFrames(bytes), after), places))
          expect(toHex(await readFrames(reader, bytes.length))).toBe(toHex(bytes))
          expect(toHex(await reader.read(after.length))).toBe(toHex(after))
          expect(await reader.hasMore()).toBe(false)
        },
      ),
    )
  })

  it('are read the same at every single cut', async () => {
    const frames = join(identifier, compressed(new Uint8Array(50)), frame(0xfe, new Uint8Array(5)), plain(data))
    for (let place = 0; place <= frames.length; place++) {
      const reader = bytesReader([frames.subarray(0, place), frames.subarray(place)])
      expect(toHex(await readFrames(reader, 60))).toBe(toHex(join(new Uint8Array(50), data)))
    }
  })

  it('with one bit changed are refused, or give the same bytes: a change never passes unnoticed', async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i >> 3)
    const frames = encodeFrames(bytes)
    for (let bit = 0; bit < frames.length * 8; bit++) {
      const changed = frames.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      let read: Uint8Array | undefined
      const code = await rejectionOf(
        readFrames(bytesReader(changed), bytes.length).then((result) => {
          read = result
        }),
      )
      if (read === undefined) expect(code).toBeDefined()
      else expect(toHex(read)).toBe(toHex(bytes))
    }
  })

  it('at random never crash a reader, nor give anything but the declared length', async () => {
    const chunks = fc.array(
      fc.oneof(
        fc.constant(identifier),
        fc.uint8Array({ maxLength: 40 }).map(plain),
        fc.uint8Array({ maxLength: 40 }).map(compressed),
        fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 40 })).map(([type, body]) => frame(type, body)),
        fc.uint8Array({ maxLength: 8 }),
      ),
      { maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(100), async (parts, length) => {
        const bytes = join(identifier, ...parts)
        let read: Uint8Array | undefined
        await rejectionOf(
          readFrames(bytesReader(bytes), length).then((result) => {
            read = result
          }),
        )
        if (read !== undefined) expect(read).toHaveLength(length)
        failureOf(() => decodeFrames(bytes, { maxBytes: length }))
      }),
      { numRuns: 1000 },
    )
  })

  it('with a wrong checksum are refused with `snappy_checksum_mismatch`, compressed or not', async () => {
    for (const make of [plain, compressed]) {
      const bad = make(data)
      bad[4]! ^= 1
      expect(await rejectionOf(readFrames(bytesReader(join(identifier, bad)), data.length))).toBe(
        'snappy_checksum_mismatch',
      )
      expect(failureOf(() => decodeFrames(join(identifier, bad), { maxBytes: 100 }))).toBe('snappy_checksum_mismatch')
    }
  })

  it.each([
    ['no stream identifier', plain(data)],
    ['padding before the stream identifier', join(frame(0xfe, new Uint8Array(3)), identifier, plain(data))],
    ['another stream identifier', join(fromHex('0xff060000734e61507058'), plain(data))],
    ['a stream identifier of another length', join(fromHex('0xff050000734e615070'), plain(data))],
    ['a reserved chunk that may not be skipped', join(identifier, frame(0x02, data), plain(data))],
    ['the last reserved chunk that may not be skipped', join(identifier, frame(0x7f, data), plain(data))],
    ['a chunk without room for a checksum', join(identifier, frame(1, fromHex('0x010203')))],
    ['a damaged block', join(identifier, frame(0, Uint8Array.of(...checksum(data), 10, 0xff)))],
  ])('with %s are refused with `snappy_invalid`', async (_, frames) => {
    expect(await rejectionOf(readFrames(bytesReader(frames), data.length))).toBe('snappy_invalid')
    expect(failureOf(() => decodeFrames(frames, { maxBytes: 100 }))).toBe('snappy_invalid')
  })

  it('may repeat the stream identifier and hold chunks to skip', async () => {
    const bytes = new Uint8Array(90).fill(7)
    const skipped = [frame(0x80, fromHex('0x0102')), identifier, frame(0xfe, new Uint8Array(0))]
    const frames = join(identifier, ...skipped, compressed(bytes))
    expect(toHex(await readFrames(bytesReader(frames), bytes.length))).toBe(toHex(bytes))
    expect(toHex(decodeFrames(frames, { maxBytes: 90 }))).toBe(toHex(bytes))
  })

  it.each([
    ['in one chunk', join(identifier, plain(join(data, data)))],
    ['in one compressed chunk', join(identifier, compressed(new Uint8Array(100)))],
    ['in two chunks', join(identifier, plain(data.subarray(0, 6)), plain(data.subarray(0, 6)))],
  ])('that hold more than was declared, %s, are refused with `length_out_of_bounds`', async (_, frames) => {
    expect(await rejectionOf(readFrames(bytesReader(frames), data.length))).toBe('length_out_of_bounds')
    expect(failureOf(() => decodeFrames(frames, { maxBytes: data.length }))).toBe('length_out_of_bounds')
  })

  it('are refused by their headers alone when they would take more bytes than the length allows', async () => {
    const length = data.length
    const room = maxCompressedLength(length) - identifier.length - plain(data).length
    const fits = join(identifier, frame(0xfe, new Uint8Array(room - 4)), plain(data))
    expect(toHex(await readFrames(bytesReader(fits), length))).toBe(toHex(data))
    const padded = join(identifier, frame(0xfe, new Uint8Array(room - 3)), plain(data))
    expect(await rejectionOf(readFrames(bytesReader(padded), length))).toBe('length_out_of_bounds')
    // 16 MiB announced, none sent: a reader that waited for them would never end.
    const reader = bytesReader(join(identifier, Uint8Array.of(0xfe, 0xff, 0xff, 0xff)))
    expect(await rejectionOf(readFrames(reader, length))).toBe('length_out_of_bounds')
    expect(reader.bytesRead).toBe(identifier.length + 4)
  })

  it('made of nothing but empty chunks end with the bound, not never', async () => {
    const frames = join(identifier, ...Array.from({ length: 100 }, () => plain(new Uint8Array(0))))
    expect(await rejectionOf(readFrames(bytesReader(frames), 10))).toBe('length_out_of_bounds')
  })

  it('larger than 64 KiB decompressed in one chunk are refused', async () => {
    const large = new Uint8Array(65_537)
    const frames = join(identifier, compressed(large))
    expect(await rejectionOf(readFrames(bytesReader(frames), large.length))).toBe('length_out_of_bounds')
    expect(failureOf(() => decodeFrames(frames, { maxBytes: large.length }))).toBe('length_out_of_bounds')
  })

  it('that are cut off end with `unexpected_end`, wherever', async () => {
    const frames = encodeFrames(data)
    for (let length = 0; length < frames.length; length++) {
      expect(await rejectionOf(readFrames(bytesReader(frames.subarray(0, length)), data.length))).toBe('unexpected_end')
      // The stream identifier alone is a whole stream, of nothing.
      if (length === identifier.length) continue
      expect(failureOf(() => decodeFrames(frames.subarray(0, length), { maxBytes: 100 }))).toBe('unexpected_end')
    }
  })

  it('of nothing are not read at all', async () => {
    const reader = bytesReader(identifier)
    expect(await readFrames(reader, 0)).toHaveLength(0)
    expect(reader.bytesRead).toBe(0)
  })

  it('stop being read when the signal aborts, with its reason', async () => {
    const reason = new Error('enough')
    const reading = readFrames(bytesReader(encodeFrames(data)), 10, { signal: AbortSignal.abort(reason) })
    await expect(reading).rejects.toBe(reason)
  })
})

describe.skipIf(!fixtures.available)('published snappy frames', () => {
  it.each(golden)('$name', ({ framed, expected }) => {
    const run = (): Uint8Array => decodeFrames(fromHex(framed), { maxBytes: 1000 })
    if (expected === undefined) expect(failureOf(run)).toBe('unexpected_end')
    else expect(toHex(run())).toBe(expected)
  })

  it.each([
    ['alice29.txt.sz-32k', 'alice29.txt'],
    ['goerliShadowForkBlock.13249.snappy', 'goerliShadowForkBlock.13249.ssz'],
  ])('%s decode to their text, whole and as a stream', async (name, source) => {
    const frames = fixtures.bytes('snappy/framed', name)
    const expected = fixtures.bytes('snappy/framed', source)
    expect(Buffer.compare(decodeFrames(frames, { maxBytes: expected.length }), expected)).toBe(0)
    const read = await readFrames(bytesReader(cut(frames, [1, 7, 10_000, 33_333])), expected.length)
    expect(Buffer.compare(read, expected)).toBe(0)
    expect(failureOf(() => decodeFrames(frames, { maxBytes: expected.length - 1 }))).toBe('length_out_of_bounds')
  })
})
