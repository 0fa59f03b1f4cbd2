import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Chain, mainnet, minimalPreset, toHex } from '../../../src/chain/index.ts'
import {
  BitArray,
  contextDigestOf,
  contextSlotOf,
  decodeLightClientObject,
  decodeLightClientObjectOfDigest,
  encodeLightClientObject,
  hashLightClientObject,
  type LightClientKind,
  type LightClientObject,
  lightClientForkAtSlot,
  lightClientForkOf,
  lightClientForks,
  lightClientObject,
  lightClientSizeBounds,
  lightClientTypes,
} from '../../../src/ssz/index.ts'
import { createRandom, randomValue } from '../../kit/ssz/random-value.ts'
import { failureOf } from '../../kit/wire/failure.ts'

const kinds = ['bootstrap', 'update', 'finality_update', 'optimistic_update'] as const
const everyContainer = lightClientForks.flatMap((fork) => kinds.map((kind) => ({ fork, kind })))
/** Mainnet with a Gloas that it has not scheduled yet. */
const forked: Chain = {
  ...mainnet,
  forks: [...mainnet.forks, { name: 'gloas', version: '0x07000000', epoch: 500_000 }],
}
const minimal: Chain = { ...mainnet, name: 'minimal', preset: minimalPreset }
/** A committee whose bits do not fill their last byte. */
const odd: Chain = { ...mainnet, name: 'odd', preset: { ...minimalPreset, syncCommitteeSize: 12 } }

/** First slots of the forks on mainnet. */
const slots = {
  altair: 2_375_680,
  capella: 6_209_536,
  deneb: 8_626_176,
  electra: 11_649_024,
  gloas: 16_000_000,
} as const

function made<K extends LightClientKind>(chain: Chain, kind: K, fork: keyof typeof slots): LightClientObject<K> {
  const type = lightClientTypes(chain.preset)[fork][kind]
  const object = lightClientObject(kind, fork, randomValue(type, createRandom(7)) as never) as LightClientObject
  const header = object.kind === 'bootstrap' ? object.value.header : object.value.attestedHeader
  header.beacon.slot = slots[fork] + 5
  return object as LightClientObject<K>
}

describe('light-client objects', () => {
  it.each([
    ['bootstrap', 25_648, 25_680],
    ['update', 26_872, 26_936],
    ['finality_update', 2_056, 2_120],
    ['optimistic_update', 1_000, 1_032],
  ] as const)('have the Electra sizes that were worked out by hand: %s, %i to %i bytes', (kind, minBytes, maxBytes) => {
    expect(lightClientSizeBounds(mainnet.preset, kind, 'electra')).toEqual({ minBytes, maxBytes })
  })

  it.each([
    ['bootstrap', 25_472],
    ['update', 26_424],
    ['finality_update', 1_448],
    ['optimistic_update', 664],
  ] as const)('have the Gloas size that was worked out by hand: %s, %i bytes', (kind, bytes) => {
    expect(lightClientSizeBounds(mainnet.preset, kind, 'gloas')).toEqual({ minBytes: bytes, maxBytes: bytes })
  })

  it.each(everyContainer)('survive the round trip: $fork $kind', ({ fork, kind }) => {
    for (const chain of [minimal, mainnet, odd]) {
      const object = made(chain, kind, fork)
      const bytes = encodeLightClientObject(chain, object)
      const { minBytes, maxBytes } = lightClientSizeBounds(chain.preset, kind, fork)
      expect(bytes.length).toBeGreaterThanOrEqual(minBytes)
      expect(bytes.length).toBeLessThanOrEqual(maxBytes)
      const decoded = decodeLightClientObject(chain, kind, fork, bytes)
      expect(decoded).toEqual(object)
      bytes.fill(0xff)
      expect(decoded).toEqual(object)
    }
  })

  it.each(everyContainer)('of any wrong length are refused: $fork $kind', ({ fork, kind }) => {
    const { minBytes, maxBytes } = lightClientSizeBounds(minimal.preset, kind, fork)
    for (const length of [0, 1, minBytes - 1, maxBytes + 1, 2 ** 20]) {
      expect(failureOf(() => decodeLightClientObject(minimal, kind, fork, new Uint8Array(length)))).toBe('ssz_invalid')
    }
    const bytes = encodeLightClientObject(minimal, made(minimal, kind, fork))
    const cutOff = bytes.subarray(0, bytes.length - 1)
    const tooLong = Uint8Array.of(...bytes, 0)
    if (fork === 'altair' || fork === 'gloas') {
      expect(failureOf(() => decodeLightClientObject(minimal, kind, fork, cutOff))).toBe('ssz_invalid')
      expect(failureOf(() => decodeLightClientObject(minimal, kind, fork, tooLong))).toBe('ssz_invalid')
    } else {
      // What is variable ends in `extra_data`: another length is other extra data, never the same object.
      for (const other of [cutOff, tooLong]) {
        failureOf(() => {
          const object = decodeLightClientObject(minimal, kind, fork, other)
          expect(toHex(encodeLightClientObject(minimal, object))).toBe(toHex(other))
        })
      }
    }
  })

  it.each(everyContainer)(
    'with any bytes changed are refused, or are just what the bytes say: $fork $kind',
    ({ fork, kind }) => {
      const bytes = encodeLightClientObject(minimal, made(minimal, kind, fork))
      const change = fc.tuple(fc.oneof(fc.nat(bytes.length - 1), fc.nat(Math.min(400, bytes.length - 1))), fc.nat(255))
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const changed = bytes.slice()
          for (const [position, value] of changes) changed[position] = value
          let object: LightClientObject | undefined
          const code = failureOf(() => {
            object = decodeLightClientObject(minimal, kind, fork, changed) as LightClientObject
          })
          if (object === undefined) expect(code).toBe('ssz_invalid')
          else expect(toHex(encodeLightClientObject(minimal, object))).toBe(toHex(changed))
        }),
      )
    },
  )

  it('with slots or indices beyond 2^53 − 1 are refused with `ssz_invalid`', () => {
    const object = made(minimal, 'optimistic_update', 'altair')
    const bytes = encodeLightClientObject(minimal, object)
    // The attested header comes first: slot, then proposer index; the signature slot comes last.
    for (const position of [0, 8, bytes.length - 8]) {
      const view = (value: bigint): Uint8Array => {
        const changed = bytes.slice()
        new DataView(changed.buffer).setBigUint64(position, value, true)
        return changed
      }
      const decode = (changed: Uint8Array): LightClientObject =>
        decodeLightClientObject(minimal, 'optimistic_update', 'altair', changed)
      expect(toHex(encodeLightClientObject(minimal, decode(view(2n ** 53n - 1n))))).toBe(toHex(view(2n ** 53n - 1n)))
      expect(failureOf(() => decode(view(2n ** 53n)))).toBe('ssz_invalid')
      expect(failureOf(() => decode(view(2n ** 64n - 1n)))).toBe('ssz_invalid')
    }
  })

  it('with participation bits beyond the committee are refused with `ssz_invalid`', () => {
    const bytes = encodeLightClientObject(odd, made(odd, 'optimistic_update', 'altair'))
    const lastBits = bytes.length - 8 - 96 - 1
    for (const bit of [4, 5, 6, 7]) {
      const changed = bytes.slice()
      changed[lastBits]! |= 1 << bit
      expect(failureOf(() => decodeLightClientObject(odd, 'optimistic_update', 'altair', changed))).toBe('ssz_invalid')
    }
  })

  it('of values that do not fit their containers are not encoded, with `invalid_argument`', () => {
    const slot = (value: number): LightClientObject => {
      const object = made(minimal, 'optimistic_update', 'electra')
      object.value.signatureSlot = value
      return object
    }
    for (const value of [-1, 1.5, 2 ** 53, Number.NaN]) {
      expect(failureOf(() => encodeLightClientObject(minimal, slot(value)))).toBe('invalid_argument')
      expect(failureOf(() => hashLightClientObject(minimal, slot(value)))).toBe('invalid_argument')
    }
    const gas = made(minimal, 'optimistic_update', 'electra')
    gas.value.attestedHeader.execution!.gasLimit = 2n ** 64n
    expect(failureOf(() => encodeLightClientObject(minimal, gas))).toBe('invalid_argument')
    const altair = { ...made(minimal, 'optimistic_update', 'altair'), fork: 'electra' } as LightClientObject
    expect(failureOf(() => encodeLightClientObject(minimal, altair))).toBe('invalid_argument')
    const long = made(minimal, 'optimistic_update', 'electra')
    long.value.attestedHeader.execution!.extraData = new Uint8Array(33)
    expect(failureOf(() => encodeLightClientObject(minimal, long))).toBe('invalid_argument')
    const committee = made(minimal, 'bootstrap', 'electra')
    committee.value.currentSyncCommittee.pubkeys.pop()
    expect(failureOf(() => encodeLightClientObject(minimal, committee))).toBe('invalid_argument')
    const root = made(minimal, 'optimistic_update', 'electra')
    root.value.attestedHeader.beacon.bodyRoot = new Uint8Array(31)
    expect(failureOf(() => encodeLightClientObject(minimal, root))).toBe('invalid_argument')
    expect(failureOf(() => hashLightClientObject(minimal, root))).toBe('invalid_argument')
    const branch = made(minimal, 'bootstrap', 'electra')
    branch.value.currentSyncCommitteeBranch.push(new Uint8Array(32))
    expect(failureOf(() => encodeLightClientObject(minimal, branch))).toBe('invalid_argument')
    expect(failureOf(() => hashLightClientObject(minimal, branch))).toBe('invalid_argument')
    const bits = made(minimal, 'optimistic_update', 'electra')
    bits.value.syncAggregate.syncCommitteeBits = BitArray.fromBitLen(64)
    expect(failureOf(() => encodeLightClientObject(minimal, bits))).toBe('invalid_argument')
    expect(failureOf(() => hashLightClientObject(minimal, bits))).toBe('invalid_argument')
  })

  it('share their types between presets with the same committee size', () => {
    expect(lightClientTypes({ ...minimalPreset })).toBe(lightClientTypes(minimalPreset))
  })
})

describe('the fork of light-client objects', () => {
  it('is that of the containers in force', () => {
    expect(
      ['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu', 'gloas'].map((fork) =>
        lightClientForkOf(fork as 'altair'),
      ),
    ).toEqual(['altair', 'altair', 'capella', 'deneb', 'electra', 'electra', 'gloas'])
    expect(lightClientForkAtSlot(mainnet, slots.deneb - 1)).toBe('capella')
    expect(lightClientForkAtSlot(mainnet, slots.deneb)).toBe('deneb')
    expect(failureOf(() => lightClientForkAtSlot(mainnet, slots.altair - 1))).toBe('fork_unknown')
    expect(failureOf(() => lightClientForkOf('phase0'))).toBe('fork_unknown')
  })

  it.each(kinds)('follows from the digest that a %s was sent under', (kind) => {
    for (const fork of lightClientForks) {
      const object = made(forked, kind, fork)
      expect(contextSlotOf(object)).toBe(slots[fork] + 5)
      const digest = contextDigestOf(forked, object)
      const bytes = encodeLightClientObject(forked, object)
      expect(decodeLightClientObjectOfDigest(forked, kind, digest, bytes)).toEqual(object)
    }
  })

  it('is refused with `context_unknown` when the digest is none of the chain’s, or not that of the object’s slot', () => {
    const object = made(mainnet, 'optimistic_update', 'electra')
    let bytes = encodeLightClientObject(mainnet, object)
    const decode = (digest: `0x${string}`): unknown =>
      decodeLightClientObjectOfDigest(mainnet, 'optimistic_update', digest, bytes)
    expect(failureOf(() => decode('0x00000000'))).toBe('context_unknown')
    // Deneb's optimistic update has the same form: only the slot tells.
    expect(failureOf(() => decode('0x6a95a1a9'))).toBe('context_unknown')
    expect(failureOf(() => decode('0xad532ceb'))).toBeUndefined()
    // A slot of before any light client, which only a liar sends.
    object.value.attestedHeader.beacon.slot = 0
    bytes = encodeLightClientObject(mainnet, object)
    expect(failureOf(() => decode('0xad532ceb'))).toBe('context_unknown')
  })

  it('has no digest where the object is in other containers than its slot’s', () => {
    const upgraded = { ...made(mainnet, 'update', 'deneb'), fork: 'electra' } as LightClientObject
    expect(failureOf(() => contextDigestOf(mainnet, upgraded))).toBe('context_unknown')
  })
})
