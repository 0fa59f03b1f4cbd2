import { describe, expect, it } from 'vitest'
import { mainnet, minimalPreset } from '../../../src/chain/index.ts'
import {
  decodeUpdateStream,
  encodeUpdateStream,
  type LightClientObject,
  lightClientObject,
  lightClientTypes,
} from '../../../src/ssz/index.ts'
import { createRandom, randomValue } from '../../kit/ssz/random-value.ts'
import { failureOf } from '../../kit/wire/failure.ts'

const chain = { ...mainnet, preset: minimalPreset }

function update(seed: number): LightClientObject<'update'> {
  const value = randomValue(lightClientTypes(chain.preset).electra.update, createRandom(seed))
  const object = lightClientObject('update', 'electra', value as never)
  object.value.attestedHeader.beacon.slot = 11_649_024 + seed
  return object
}

function withLength(stream: Uint8Array, at: number, length: bigint): Uint8Array {
  const changed = stream.slice()
  new DataView(changed.buffer).setBigUint64(at, length, true)
  return changed
}

describe('the Beacon API’s stream of updates', () => {
  const updates = [update(1), update(2), update(3)]
  const stream = encodeUpdateStream(chain, updates)
  const first = encodeUpdateStream(chain, updates.slice(0, 1)).length

  it('survives the round trip, from within a larger buffer too', () => {
    expect(decodeUpdateStream(chain, stream)).toEqual(updates)
    expect(decodeUpdateStream(chain, Uint8Array.of(1, 2, 3, ...stream).subarray(3))).toEqual(updates)
    expect(decodeUpdateStream(chain, new Uint8Array(0))).toEqual([])
  })

  it('that is cut off within an update ends with `unexpected_end`', () => {
    const boundaries = new Set([0, first, encodeUpdateStream(chain, updates.slice(0, 2)).length])
    const near = [...boundaries].flatMap((boundary) => Array.from({ length: 16 }, (_, i) => boundary + i - 3))
    const apart = Array.from({ length: 40 }, (_, i) => Math.floor((i * stream.length) / 40))
    for (const length of [...near, ...apart, stream.length - 1]) {
      if (length < 0 || boundaries.has(length)) continue
      expect(failureOf(() => decodeUpdateStream(chain, stream.subarray(0, length)))).toBe('unexpected_end')
    }
  })

  it('that announces more than there is, even 2^64 − 1 bytes, ends with `unexpected_end`', () => {
    for (const length of [BigInt(stream.length), 2n ** 32n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      expect(failureOf(() => decodeUpdateStream(chain, withLength(stream, 0, length)))).toBe('unexpected_end')
    }
  })

  it('with a length too small for the digest or for an update is refused', () => {
    for (const length of [0n, 3n]) {
      expect(failureOf(() => decodeUpdateStream(chain, withLength(stream, first, length)))).toBe('length_out_of_bounds')
    }
    expect(failureOf(() => decodeUpdateStream(chain, withLength(stream, first, 4n)))).toBe('ssz_invalid')
  })

  it('with an unknown digest is refused', () => {
    const changed = stream.slice()
    changed[first + 8]! ^= 1
    expect(failureOf(() => decodeUpdateStream(chain, changed))).toBe('context_unknown')
  })

  it('of more than 128 updates is refused', () => {
    const many = Array.from({ length: 129 }, () => updates[0]!)
    expect(decodeUpdateStream(chain, encodeUpdateStream(chain, many.slice(1)))).toHaveLength(128)
    expect(failureOf(() => decodeUpdateStream(chain, encodeUpdateStream(chain, many)))).toBe('length_out_of_bounds')
  })
})
