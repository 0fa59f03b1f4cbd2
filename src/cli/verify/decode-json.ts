import type { Chain } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import {
  forkFromJsonVersion,
  type JsonEntry,
  type LightClientFork,
  type LightClientObject,
  lightClientForkAtSlot,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObjectFromJson,
} from '../../ssz/index.ts'

type Decoded = { readonly object: LightClientObject } | { readonly error: LamparaError }

/**
 * The light-client objects in Beacon API JSON, or what is wrong with each.
 *
 * @returns none when nothing in it looks like one
 * @throws LamparaError `json_invalid` when the text is no JSON
 */
export function decodeJsonText(chain: Chain, bytes: Uint8Array): Decoded[] {
  const json = parseJson(bytes)
  const entries = entriesOf(json)
  if (!entries.some(({ data }) => lightClientKindOfJson(data) !== undefined)) return []
  return entries.map((entry) => decodeEntry(chain, entry))
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new LamparaError('json_invalid', `Cannot read JSON: ${messageOf(cause)}`, { cause })
  }
}

/** JSON of another shape than the Beacon API's has no entries: what a file of no light-client data looks like. */
function entriesOf(json: unknown): readonly JsonEntry[] {
  try {
    return lightClientJsonEntries(json)
  } catch {
    return []
  }
}

function decodeEntry(chain: Chain, { version, data }: JsonEntry): Decoded {
  try {
    const kind = lightClientKindOfJson(data)
    if (kind === undefined)
      throw new LamparaError('json_invalid', 'Cannot read JSON: no light-client object has these keys')
    const fork = forkFromJsonVersion(version) ?? forkBySlot(chain, data)
    return { object: lightClientObjectFromJson(chain, kind, fork, data) as LightClientObject }
  } catch (error) {
    return { error: LamparaError.from(error, 'json_invalid', 'Cannot read JSON') }
  }
}

/** Where no version says which containers these are, the slot of the header does. */
function forkBySlot(chain: Chain, data: unknown): LightClientFork {
  const header = field(data, 'attested_header') ?? field(data, 'header')
  const slot = field(field(header, 'beacon') ?? header, 'slot')
  if (typeof slot !== 'string' || !/^\d{1,15}$/.test(slot)) {
    throw new LamparaError('json_invalid', 'Cannot read JSON: the header has no slot')
  }
  return lightClientForkAtSlot(chain, Number(slot))
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
