import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { mainnet, mainnetPreset, toHex } from '../../src/chain/index.ts'
import { decodeLightClientObject, type LightClientKind } from '../../src/ssz/index.ts'
import { lightClientBigintTypes } from '../../src/ssz/light-client/light-client-types.ts'
import { decompressBlock } from '../../src/wire/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { failureOf } from '../kit/wire/failure.ts'

interface StaticCase {
  readonly file: string
  readonly container: 'capella'
  readonly type: string
  readonly ssz_bytes: number
  readonly hash_tree_root: string
}

const folder = 'consensus-spec-tests/mainnet'
const { cases } = (fixtures.available ? fixtures.json(folder, 'computed-roots.json') : { cases: [] }) as {
  cases: StaticCase[]
}
const kinds: Readonly<Record<string, LightClientKind>> = {
  LightClientBootstrap: 'bootstrap',
  LightClientUpdate: 'update',
  LightClientOptimisticUpdate: 'optimistic_update',
}

describe.skipIf(!fixtures.available)('ssz_static vectors of the consensus specification', () => {
  it.each(cases)('$type of $container has the root and the value given', (vector) => {
    const type = lightClientBigintTypes(mainnetPreset)[vector.container][kinds[vector.type]!]
    const bytes = decompressBlock(fixtures.bytes(folder, vector.file), { maxBytes: vector.ssz_bytes })
    expect(bytes).toHaveLength(vector.ssz_bytes)
    const value = type.deserialize(bytes)
    expect(toHex(type.hashTreeRoot(value))).toBe(vector.hash_tree_root)
    expect(Buffer.compare(type.serialize(value), bytes)).toBe(0)
    // As strings all of them: the YAML leaves some numbers bare that are beyond what a number holds.
    const yaml: unknown = parse(fixtures.text(folder, vector.file.replace('serialized.ssz_snappy', 'value.yaml')), {
      schema: 'failsafe',
    })
    expect(type.toJson(value)).toEqual(yaml)
  })

  it('with slots beyond 2^53 are refused as light-client objects, with `ssz_invalid`', () => {
    for (const vector of cases) {
      const bytes = decompressBlock(fixtures.bytes(folder, vector.file), { maxBytes: vector.ssz_bytes })
      const decode = (): unknown => decodeLightClientObject(mainnet, kinds[vector.type]!, vector.container, bytes)
      expect(failureOf(decode)).toBe('ssz_invalid')
    }
  })
})
