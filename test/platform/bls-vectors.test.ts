import { SecretKey } from '@chainsafe/blst'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/chain/index.ts'
import type { Bls } from '../../src/platform/bls.ts'
import { nobleBls } from '../../src/platform/noble-bls.ts'
import { platform } from '../../src/platform/node/index.ts'
import { fixtures } from '../kit/fixtures.ts'

interface Vector<Input> {
  readonly name: string
  readonly input: Input
  readonly output: boolean
}

function vectors<Input>(suite: string): Vector<Input>[] {
  if (!fixtures.available) return []
  return fixtures.list('bls', suite).map((name) => ({ ...(fixtures.json('bls', suite, name) as Vector<Input>), name }))
}

/** Some vectors lack the prefix. */
const bytes = (text: string): Uint8Array => fromHex(text.startsWith('0x') ? text : `0x${text}`)

function accepts(run: () => boolean): boolean {
  try {
    return run()
  } catch (error) {
    expect(error).toMatchObject({ name: 'LamparaError' })
    return false
  }
}

interface Signed {
  readonly message: string
  readonly signature: string
}

const implementations: Bls[] = [await platform.loadBls(), nobleBls]

describe.skipIf(!fixtures.available).each(implementations)('the Ethereum BLS vectors on $implementation', (bls) => {
  it('covers both implementations', () => {
    expect(implementations.map(({ implementation }) => implementation)).toEqual(['blst', 'noble'])
  })

  it.each(vectors<Signed & { pubkey: string }>('verify'))('verify: $name', ({ input, output }) => {
    const verified = accepts(() =>
      bls.verify(bytes(input.message), bls.publicKey(bytes(input.pubkey), true), bytes(input.signature)),
    )
    expect(verified).toBe(output)
  })

  it.each(vectors<Signed & { pubkeys: string[] }>('fast_aggregate_verify'))('$name', ({ input, output }) => {
    const verified = accepts(() => {
      const sum = bls.add(input.pubkeys.map((key) => bls.publicKey(bytes(key), true)))
      return bls.verify(bytes(input.message), sum, bytes(input.signature))
    })
    expect(verified).toBe(output)
  })

  it.each(vectors<{ pubkey: string }>('deserialization_G1'))('G1: $name', ({ input, output }) => {
    expect(accepts(() => bls.publicKey(bytes(input.pubkey), false) !== undefined && isKey(bls, input.pubkey))).toBe(
      output,
    )
  })

  it.each(vectors<{ signature: string }>('deserialization_G2').filter(({ output }) => !output))(
    'G2: $name',
    ({ input }) => {
      const key = bls.publicKey(SecretKey.fromKeygen(new Uint8Array(32)).toPublicKey().toBytes(), true)
      expect(bls.verify(new Uint8Array(32), key, bytes(input.signature))).toBe(false)
    },
  )

  it.each(vectors<{ privkey: string; message: string }>('sign'))('verifies what was signed: $name', (vector) => {
    const { input } = vector
    const signature = vector.output as unknown as string
    const key = bls.publicKey(SecretKey.fromBytes(bytes(input.privkey)).toPublicKey().toBytes(), true)
    expect(bls.verify(bytes(input.message), key, bytes(signature))).toBe(true)
    const other = bytes(input.message)
    other[0]! ^= 1
    expect(bls.verify(other, key, bytes(signature))).toBe(false)
  })
})

/** Infinity is a point of the group, though no key: the vectors are about points. */
function isKey(bls: Bls, pubkey: string): boolean {
  if (/^(0x)?c0+$/.test(pubkey)) return true
  return toHex(bls.toBytes(bls.publicKey(bytes(pubkey), true))) === toHex(bytes(pubkey))
}
