import type { Chain } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { jsonObject, readJson } from '../json-reader.ts'
import { lightClientObject, typeOf } from './light-client-codec.ts'
import { lightClientTypes } from './light-client-types.ts'
import type { LightClientFork, LightClientKind, LightClientObject, LightClientValues } from './light-client-values.ts'

/** One object of a Beacon API answer, not yet read. */
export interface JsonEntry {
  /** What stood beside `data`; absent in a bare object. */
  readonly version?: unknown
  readonly data: unknown
}

/**
 * Reads a light-client object from the Beacon API's JSON: the object itself, as under `data`. A header may stand bare, as
 * before Capella, or under `beacon`.
 *
 * @throws LamparaError `json_invalid` naming the path of the first bad field, also in `details.path`
 */
export function lightClientObjectFromJson<K extends LightClientKind>(
  chain: Chain,
  kind: K,
  fork: LightClientFork,
  json: unknown,
): LightClientObject<K> {
  const type = typeOf(lightClientTypes(chain.preset)[fork], kind)
  return lightClientObject(kind, fork, readJson(type, json, '') as LightClientValues[K])
}

/**
 * The Beacon API's JSON of a light-client object: what stands under `data`.
 *
 * @throws LamparaError `invalid_argument` when the value does not fit its containers
 */
export function lightClientObjectToJson(chain: Chain, object: LightClientObject): unknown {
  try {
    return typeOf<LightClientKind>(lightClientTypes(chain.preset)[object.fork], object.kind).toJson(object.value)
  } catch (cause) {
    const what = `Cannot write ${object.kind} (${object.fork}) as JSON`
    throw new LamparaError('invalid_argument', `${what}: ${messageOf(cause)}`, { cause })
  }
}

/**
 * The objects in a Beacon API answer: one bare, one under `data`, or a list of either, itself bare or under `data`.
 *
 * @throws LamparaError `json_invalid` when it is none of these
 */
export function lightClientJsonEntries(json: unknown): JsonEntry[] {
  if (Array.isArray(json)) return json.map((item) => unwrap(item))
  const outer = unwrap(json)
  if (!Array.isArray(outer.data)) return [outer]
  return outer.data.map((item) => {
    const inner = unwrap(item)
    return inner.version === undefined ? { ...inner, version: outer.version } : inner
  })
}

function unwrap(json: unknown): JsonEntry {
  const object = jsonObject(json, '')
  return 'data' in object ? { version: object.version, data: object.data } : { data: object }
}

/** What kind of light-client object a bare JSON object looks like, by its keys; `undefined` when it looks like none. */
export function lightClientKindOfJson(data: unknown): LightClientKind | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  if ('current_sync_committee' in data) return 'bootstrap'
  if (!('attested_header' in data)) return undefined
  if ('next_sync_committee' in data) return 'update'
  return 'finalized_header' in data ? 'finality_update' : 'optimistic_update'
}
