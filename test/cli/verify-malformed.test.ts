import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import { decodeJsonText } from '../../src/cli/verify/decode-json.ts'
import { decodeSsz } from '../../src/cli/verify/decode-ssz.ts'
import { isLamparaError } from '../../src/errors/index.ts'
import { encodeLightClientObject, encodeUpdateStream, lightClientObjectToJson } from '../../src/ssz/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { readFolder } from '../kit/verification/folders.ts'

const seed = 20_251
const folder = fixtures.available ? readFolder('colibri-electra-1600-1602') : undefined
const objects = folder === undefined ? [] : [...folder.bootstraps.values(), ...folder.updates]

/** Objects, or a coded complaint; never another error. */
function complaintOf(read: () => readonly unknown[]): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    expect(isLamparaError(error), String(error)).toBe(true)
    return (error as { code: string }).code
  }
}

/** A few bytes changed, and the end cut or grown. */
const damage = fc.record({
  flips: fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 255 })),
  ),
  cut: fc.integer({ min: 0, max: 64 }),
  grown: fc.uint8Array({ maxLength: 64 }),
})

function damaged(bytes: Uint8Array, how: typeof damage extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  const result = new Uint8Array([...bytes.subarray(0, Math.max(0, bytes.length - how.cut)), ...how.grown])
  for (const [where, mask] of how.flips) if (result.length > 0) result[Math.floor(where * result.length)]! ^= mask
  return result
}

describe.skipIf(!fixtures.available)('malformed files', () => {
  it('of SSZ are read or refused with a code', () => {
    const samples = [
      ...objects.map((object) => encodeLightClientObject(mainnet, object)),
      encodeUpdateStream(
        mainnet,
        objects.filter((update) => update.kind === 'update'),
      ),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...samples), damage, (bytes, how) => {
        const complaint = complaintOf(() => decodeSsz(mainnet, damaged(bytes, how), 'file.ssz'))
        expect(['internal', 'invalid_argument']).not.toContain(complaint)
      }),
      { seed, numRuns: 150 },
    )
  })

  it('of JSON are read or refused with a code', () => {
    const texts = objects.map((object) =>
      JSON.stringify({ version: 'electra', data: lightClientObjectToJson(mainnet, object) }),
    )
    const encoder = new TextEncoder()
    fc.assert(
      fc.property(fc.constantFrom(...texts), damage, (text, how) => {
        const complaint = complaintOf(() => decodeJsonText(mainnet, damaged(encoder.encode(text), how)))
        expect([undefined, 'json_invalid']).toContain(complaint)
      }),
      { seed, numRuns: 150 },
    )
  })

  it('of any JSON are read or refused with a code', () => {
    const keys = ['data', 'version', 'header', 'beacon', 'slot', 'attested_header', 'current_sync_committee']
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), tie('object'), fc.array(tie('value'), { maxLength: 3 })),
      object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4 }),
    })).object
    fc.assert(
      fc.property(json, (value) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value))
        for (const entry of decodeJsonText(mainnet, bytes)) {
          expect(['json_invalid', 'fork_unknown']).toContain('error' in entry ? entry.error.code : 'an object')
        }
      }),
      { seed, numRuns: 300 },
    )
  })
})
