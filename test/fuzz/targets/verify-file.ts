import { fromHex } from '../../../src/chain/index.ts'
import { decodeJsonText } from '../../../src/cli/verify/decode-json.ts'
import { decodeSsz } from '../../../src/cli/verify/decode-ssz.ts'
import {
  contextDigestOf,
  encodeLightClientObject,
  encodeUpdateStream,
  type LightClientKind,
  type LightClientObject,
  lightClientObjectToJson,
} from '../../../src/ssz/index.ts'
import { digestMutator, minimal } from '../../kit/fuzz/chains.ts'
import { changeJson } from '../../kit/fuzz/json.ts'
import { seedObjects } from '../../kit/fuzz/objects.ts'
import { insist, type Target } from '../engine/target.ts'

const kinds: readonly LightClientKind[] = ['bootstrap', 'update', 'finality_update', 'optimistic_update']

/** Files that `lampara verify` is given: JSON, a stream, an object behind its digest or alone, told apart by their bytes. */
export function verifyFile(): Target {
  const objects = kinds.flatMap((kind) => seedObjects(kind).filter(({ chain }) => chain === minimal))
  const text = (json: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(json))
  const updates = objects.map(({ object }) => object).filter(({ kind }) => kind === 'update')
  return {
    seeds: [
      ...objects.map(({ ssz }) => ssz),
      ...objects.map(({ object, ssz }) => Uint8Array.from([...fromHex(contextDigestOf(minimal, object)), ...ssz])),
      encodeUpdateStream(minimal, updates as LightClientObject<'update'>[]),
      ...objects.map(({ object }) => text({ version: object.fork, data: lightClientObjectToJson(minimal, object) })),
      text(objects.map(({ object }) => lightClientObjectToJson(minimal, object))),
    ],
    codes: ['json_invalid', 'ssz_invalid', 'context_unknown', 'length_out_of_bounds', 'unexpected_end', 'fork_unknown'],
    maxInputBytes: 40_000,
    mutators: [changeJson, digestMutator(minimal, 0), digestMutator(minimal, 8)],
    run(input) {
      if (input[0] === 0x7b || input[0] === 0x5b) {
        const decoded = decodeJsonText(minimal, input)
        const bad = decoded.find((entry) => 'error' in entry)
        if (bad !== undefined && 'error' in bad) throw bad.error
        return `json ${Math.min(decoded.length, 3)}`
      }
      const found = decodeSsz(minimal, input, 'file.ssz')
      insist(
        found.every((object) => encodeLightClientObject(minimal, object).length > 0),
        'cannot be encoded',
      )
      return `ssz ${Math.min(found.length, 3)} ${found[0]?.kind}`
    },
  }
}
