import { describe, expect, it } from 'vitest'
import { mainnet, minimalPreset } from '../../../src/chain/index.ts'
import { isLamparaError } from '../../../src/errors/index.ts'
import {
  forkFromJsonVersion,
  type LightClientKind,
  lightClientForks,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObject,
  lightClientObjectFromJson,
  lightClientObjectToJson,
  lightClientTypes,
} from '../../../src/ssz/index.ts'
import { createRandom, randomValue } from '../../kit/ssz/random-value.ts'
import { failureOf } from '../../kit/wire/failure.ts'

const chain = { ...mainnet, preset: minimalPreset }
const kinds = ['bootstrap', 'update', 'finality_update', 'optimistic_update'] as const

interface Json {
  [key: string]: Json
}

function json(kind: LightClientKind, fork: (typeof lightClientForks)[number] = 'electra'): Json {
  const value = randomValue(lightClientTypes(chain.preset)[fork][kind], createRandom(3))
  return JSON.parse(
    JSON.stringify(lightClientObjectToJson(chain, lightClientObject(kind, fork, value as never))),
  ) as Json
}

/** The path that reading fails at. */
function badPath(kind: LightClientKind, document: unknown): unknown {
  try {
    lightClientObjectFromJson(chain, kind, 'electra', document)
    return undefined
  } catch (error) {
    if (!isLamparaError(error, 'json_invalid')) throw error
    expect(error.message).toContain(String(error.details.path))
    return error.details.path
  }
}

describe('the JSON of light-client objects', () => {
  it.each(kinds)('survives the round trip in every fork: %s', (kind) => {
    for (const fork of lightClientForks) {
      const document = json(kind, fork)
      const object = lightClientObjectFromJson(chain, kind, fork, document)
      expect(lightClientObjectToJson(chain, object as never)).toEqual(document)
      expect(lightClientKindOfJson(document)).toBe(kind)
    }
  })

  it('has the Beacon API’s keys, decimal strings and hex', () => {
    const document = json('optimistic_update')
    expect(Object.keys(document)).toEqual(['attested_header', 'sync_aggregate', 'signature_slot'])
    expect(document.signature_slot).toMatch(/^\d+$/)
    expect(document.attested_header!.execution!.base_fee_per_gas).toMatch(/^\d+$/)
    expect(document.sync_aggregate!.sync_committee_bits).toMatch(/^0x[0-9a-f]{8}$/)
  })

  it.each([
    ['signature_slot', '12abc'],
    ['signature_slot', '-1'],
    ['signature_slot', '0x10'],
    ['signature_slot', ''],
    ['signature_slot', '9007199254740992'],
    ['signature_slot', 1.5],
    ['signature_slot', 2 ** 53],
    ['signature_slot', null],
    ['signature_slot', undefined],
    ['signature_slot', '9'.repeat(100_000)],
    ['attested_header', 'x'],
    ['attested_header', []],
    ['attested_header.beacon', null],
    ['attested_header.beacon.slot', {}],
    ['attested_header.beacon.parent_root', `0x${'00'.repeat(31)}`],
    ['attested_header.beacon.parent_root', `0x${'00'.repeat(31)}0`],
    ['attested_header.beacon.parent_root', `0x${'zz'.repeat(32)}`],
    ['attested_header.beacon.parent_root', '00'.repeat(32)],
    ['attested_header.execution', undefined],
    ['attested_header.execution.extra_data', `0x${'00'.repeat(33)}`],
    ['attested_header.execution.gas_limit', '18446744073709551616'],
    ['attested_header.execution.base_fee_per_gas', (2n ** 256n).toString()],
    ['attested_header.execution_branch', {}],
    ['attested_header.execution_branch', []],
    ['attested_header.execution_branch[2]', '0x'],
    ['sync_aggregate.sync_committee_bits', '0xffffff'],
    ['sync_aggregate.sync_committee_bits', '0xffffffffff'],
    ['sync_aggregate.sync_committee_signature', '0x00'],
  ])('is refused where %s is %j, naming that path', (path, value) => {
    const document = json('optimistic_update')
    const steps = path.split(/[.[\]]+/).filter((step) => step !== '')
    const last = steps.pop()!
    const parent = steps.reduce((object, step) => object[step]!, document)
    if (value === undefined) delete parent[last]
    else parent[last] = value as unknown as Json
    expect(badPath('optimistic_update', document)).toBe(path)
  })

  it('is refused where a key in a committee is bad, naming its place', () => {
    const document = json('update')
    document.next_sync_committee!.pubkeys![7] = '0x12' as unknown as Json
    expect(badPath('update', document)).toBe('next_sync_committee.pubkeys[7]')
    ;(document.next_sync_committee!.pubkeys as unknown as string[]).pop()
    expect(badPath('update', document)).toBe('next_sync_committee.pubkeys')
  })

  it('does not take inherited properties for fields', () => {
    const document = json('optimistic_update')
    const { signature_slot: slot, ...rest } = document
    expect(badPath('optimistic_update', Object.assign(Object.create({ signature_slot: slot }), rest))).toBe(
      'signature_slot',
    )
  })

  it('that is not an object at all is refused', () => {
    for (const document of [null, undefined, 1, 'x', [], true]) {
      expect(failureOf(() => lightClientObjectFromJson(chain, 'update', 'electra', document))).toBe('json_invalid')
    }
  })

  it('may have a bare header where the fork has no execution header, and small numbers without quotes', () => {
    const wrapped = json('optimistic_update', 'altair')
    const bare = { ...wrapped, attested_header: wrapped.attested_header!.beacon, signature_slot: 5 }
    const object = lightClientObjectFromJson(chain, 'optimistic_update', 'altair', bare)
    expect(object.value.signatureSlot).toBe(5)
    expect(lightClientObjectToJson(chain, object)).toEqual({ ...wrapped, signature_slot: '5' })
    expect(badPath('optimistic_update', bare)).toBe('attested_header.execution')
  })

  it('comes bare, under `data`, in a list, and as a list under `data`', () => {
    const data = { attested_header: {} }
    expect(lightClientJsonEntries(data)).toEqual([{ data }])
    expect(lightClientJsonEntries({ version: 'fulu', data })).toEqual([{ version: 'fulu', data }])
    expect(lightClientJsonEntries([data, { version: 'deneb', data }])).toEqual([{ data }, { version: 'deneb', data }])
    expect(lightClientJsonEntries({ version: 'deneb', data: [data, { version: 'electra', data }] })).toEqual([
      { version: 'deneb', data },
      { version: 'electra', data },
    ])
    for (const bad of [null, 1, 'x', [1], { data: [null] }]) {
      expect(failureOf(() => lightClientJsonEntries(bad))).toBe('json_invalid')
    }
  })

  it('names its fork by `version`', () => {
    expect(['altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu', 'Fulu'].map(forkFromJsonVersion)).toEqual([
      'altair',
      'altair',
      'capella',
      'deneb',
      'electra',
      'electra',
      'electra',
    ])
    expect([undefined, null, 7, '', 'phase0', 'heze', '__proto__', 'toString'].map(forkFromJsonVersion)).toEqual(
      Array.from({ length: 8 }, () => undefined),
    )
  })

  it('is not taken for an object of a kind that it is not', () => {
    for (const data of [null, 1, 'x', [], {}, { finalized_header: {} }])
      expect(lightClientKindOfJson(data)).toBeUndefined()
  })
})
