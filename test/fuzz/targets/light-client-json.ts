import { LamparaError } from '../../../src/errors/index.ts'
import {
  encodeLightClientObject,
  type LightClientKind,
  type LightClientObject,
  lightClientForks,
  lightClientObjectFromJson,
  lightClientObjectToJson,
} from '../../../src/ssz/index.ts'
import { minimal } from '../../kit/fuzz/chains.ts'
import { changeJson } from '../../kit/fuzz/json.ts'
import { seedObjects } from '../../kit/fuzz/objects.ts'
import { insistSame, type Target } from '../engine/target.ts'

const kinds: readonly LightClientKind[] = ['bootstrap', 'update', 'finality_update', 'optimistic_update']
const choices = kinds.flatMap((kind) => lightClientForks.map((fork) => ({ kind, fork })))

/** The Beacon API's JSON of objects, with the kind and containers chosen by its first letter. */
export function lightClientJson(): Target {
  const seeds = kinds.flatMap((kind) =>
    seedObjects(kind)
      .filter(({ chain }) => chain === minimal)
      .map(({ object }) => [
        choices.findIndex((one) => one.kind === kind && one.fork === object.fork),
        lightClientObjectToJson(minimal, object),
      ]),
  )
  return {
    seeds: seeds.map((seed) => new TextEncoder().encode(JSON.stringify(seed))),
    codes: ['json_invalid'],
    maxInputBytes: 32_768,
    mutators: [changeJson, changeJson, changeJson],
    run(input) {
      const [choice, json] = parsePair(input)
      const { kind, fork } = choices[choice]!
      const object = lightClientObjectFromJson(minimal, kind, fork, json) as LightClientObject
      const again = lightClientObjectFromJson(minimal, kind, fork, lightClientObjectToJson(minimal, object))
      insistSame(
        encodeLightClientObject(minimal, again as LightClientObject),
        encodeLightClientObject(minimal, object),
        'does not survive the round trip',
      )
      return `${kind} ${fork}`
    },
  }
}

/** A choice and a document; what is no such pair is none of the decoder's business. */
function parsePair(input: Uint8Array): [number, unknown] {
  let pair: unknown
  try {
    pair = JSON.parse(new TextDecoder().decode(input))
  } catch (cause) {
    throw new LamparaError('json_invalid', 'no JSON', { cause })
  }
  if (!Array.isArray(pair)) return [0, pair]
  return [Math.abs(Math.floor(Number(pair[0]))) % choices.length || 0, pair[1]]
}
