import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { fromHex, toHex } from '../../src/chain/index.ts'
import { compressBlock, decompressBlock, maxCompressedLength } from '../../src/wire/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { failureOf } from '../kit/wire/failure.ts'
import { referenceDecompress } from '../kit/wire/reference-snappy.ts'

interface GoVector {
  readonly name: string
  readonly input: string
  readonly expected?: string
  readonly error?: string
}

const goVectors = (fixtures.available ? fixtures.json('snappy/raw/golang-testdecode.json') : []) as GoVector[]

/** Bytes that compress: few values, so that copies occur. */
const compressible = fc.array(fc.nat(3), { maxLength: 300 }).map((values) => Uint8Array.from(values))

/** The same module, in a runtime whose policy forbids to compile WebAssembly. */
async function withoutWebAssembly(): Promise<typeof import('../../src/wire/index.ts')> {
  vi.resetModules()
  const forbidden = vi.spyOn(WebAssembly, 'Module').mockImplementation((() => {
    throw new EvalError('Refused to compile or instantiate WebAssembly module')
  }) as never)
  try {
    const fresh = await import('../../src/wire/index.ts')
    fresh.decompressBlock(fresh.compressBlock(Uint8Array.of(1)), { maxBytes: 1 })
    expect(forbidden).toHaveBeenCalledTimes(2)
    return fresh
  } finally {
    forbidden.mockRestore()
  }
}

const { compressBlock: compressPlainly, decompressBlock: decompressPlainly } = await withoutWebAssembly()

describe.each([
  { name: 'with WebAssembly', compressBlock, decompressBlock },
  { name: 'without WebAssembly', compressBlock: compressPlainly, decompressBlock: decompressPlainly },
])('snappy blocks $name', ({ compressBlock, decompressBlock }) => {
  it('survive the round trip, and stay within the bound that the specification gives', () => {
    fc.assert(
      fc.property(fc.oneof(compressible, fc.uint8Array({ maxLength: 5000 })), (bytes) => {
        const block = compressBlock(bytes)
        expect(block.length).toBeLessThanOrEqual(maxCompressedLength(bytes.length))
        expect(toHex(decompressBlock(block, { maxBytes: bytes.length }))).toBe(toHex(bytes))
        expect(toHex(referenceDecompress(block, bytes.length)!)).toBe(toHex(bytes))
      }),
    )
  })

  it('survive the round trip beyond the 64 KiB that a compressor looks at, whatever came before', () => {
    for (const length of [65_535, 65_536, 65_537, 1_000_003, 3, 10 * 2 ** 20]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i) >> 7)
      expect(Buffer.compare(decompressBlock(compressBlock(bytes), { maxBytes: length }), bytes)).toBe(0)
    }
  })

  it('that declare more than the bound are refused with `length_out_of_bounds`', () => {
    expect(failureOf(() => decompressBlock(compressBlock(new Uint8Array(101)), { maxBytes: 100 }))).toBe(
      'length_out_of_bounds',
    )
    // 4 GiB − 1 declared by six bytes: were it allocated before the check, this would fail otherwise.
    expect(failureOf(() => decompressBlock(fromHex('0xffffffff0f00'), { maxBytes: 2 ** 20 }))).toBe(
      'length_out_of_bounds',
    )
  })

  it('that declare more than they can hold are refused before memory is made for it', async () => {
    // A copy of its own: what other tests decompressed has made this one's memory large.
    vi.resetModules()
    const fresh = await import('../../src/wire/index.ts')
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow')
    onTestFinished(() => grow.mockRestore())
    for (const hex of ['0xffff7f0083', '0x8080800400', '0xc1d802fe0100']) {
      expect(failureOf(() => fresh.decompressBlock(fromHex(hex), { maxBytes: 2 ** 24 }))).toBe('snappy_invalid')
    }
    expect(grow).not.toHaveBeenCalled()
  })

  it('of nothing but copies are taken, as far as these can expand', () => {
    // One literal byte, then copies of 64.
    const block = fromHex(`0x81f40300aa${'fe0100'.repeat(1_000)}`)
    expect(decompressBlock(block, { maxBytes: 2 ** 24 })).toEqual(new Uint8Array(64_001).fill(0xaa))
  })

  it('that are longer than anything within the bound compresses to are refused with `length_out_of_bounds`', () => {
    const padded = new Uint8Array(maxCompressedLength(10) + 1)
    padded[0] = 10
    expect(failureOf(() => decompressBlock(padded, { maxBytes: 10 }))).toBe('length_out_of_bounds')
  })

  it.each(['0x', '0x80', '0xffffffffff01', '0x8080808010', '0x0000', '0x00fc30303093', '0x01', '0x0400', '0x0404'])(
    'like %s are refused with `snappy_invalid`',
    (hex) => {
      expect(failureOf(() => decompressBlock(fromHex(hex), { maxBytes: 100 }))).toBe('snappy_invalid')
    },
  )

  it('with a damaged length, tag, offset or end are accepted exactly when the format allows them, with the same bytes', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })
    const damaged = fc.tuple(compressible, damage, fc.nat()).map(([bytes, changes, cut]) => {
      const block = compressBlock(bytes)
      for (const [position, value] of changes) block[position % block.length] = value
      return cut % 4 === 0 ? block.slice(0, 1 + (cut % block.length)) : block
    })
    const junk = fc
      .tuple(fc.nat(63), fc.uint8Array({ maxLength: 24 }))
      .map(([head, rest]) => Uint8Array.of(head, ...rest))
    fc.assert(
      fc.property(fc.oneof(damaged, junk), (bytes) => {
        const expected = referenceDecompress(bytes, 10_000)
        let actual: Uint8Array | undefined
        const code = failureOf(() => {
          actual = decompressBlock(bytes, { maxBytes: 10_000 })
        })
        expect(actual === undefined ? undefined : toHex(actual)).toBe(
          expected === undefined ? undefined : toHex(expected),
        )
        if (expected === undefined) expect(['snappy_invalid', 'length_out_of_bounds']).toContain(code)
      }),
      { numRuns: 5000 },
    )
  })

  it('never show what an earlier message left in memory', () => {
    decompressBlock(compressBlock(new Uint8Array(5000).fill(0xaa)), { maxBytes: 5000 })
    // Copies from before the beginning, and literals from beyond the end.
    for (const hex of ['0x080104', '0x080c616263640108', '0x20fc07000000', '0x20f01f']) {
      expect(failureOf(() => decompressBlock(fromHex(hex), { maxBytes: 5000 }))).toBe('snappy_invalid')
    }
  })
})

describe.skipIf(!fixtures.available).each([
  { name: 'with WebAssembly', decompressBlock },
  { name: 'without WebAssembly', decompressBlock: decompressPlainly },
])('published snappy blocks $name', ({ decompressBlock }) => {
  it.each(goVectors)('$name', ({ input, expected, error }) => {
    const run = (): Uint8Array => decompressBlock(fromHex(input), { maxBytes: 100 })
    if (error === undefined) expect(toHex(run())).toBe(expected)
    else expect(failureOf(run)).toBe('snappy_invalid')
  })

  it('of a whole text decompress to it', () => {
    const text = fixtures.bytes('snappy/raw/Isaac.Newton-Opticks.txt')
    const block = fixtures.bytes('snappy/raw/Isaac.Newton-Opticks.txt.rawsnappy')
    expect(Buffer.compare(decompressBlock(block, { maxBytes: text.length }), text)).toBe(0)
    expect(failureOf(() => decompressBlock(block, { maxBytes: text.length - 1 }))).toBe('length_out_of_bounds')
  })

  it('that are damaged are refused', () => {
    const block = fixtures.bytes('snappy/invalid-raw/baddata1.snappy')
    expect(failureOf(() => decompressBlock(block, { maxBytes: 2 ** 24 }))).toBe('snappy_invalid')
  })
})
