import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/chain/index.ts'
import {
  contextDigestOf,
  contextSlotOf,
  decodeLightClientObject,
  decodeUpdateStream,
  encodeLightClientObject,
  encodeUpdateStream,
  hashLightClientObject,
  headerRoot,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObjectFromJson,
  lightClientObjectToJson,
} from '../../src/ssz/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { chainOf, decodeRecorded, kindOf, locate, positionOf, rawBytes, recorded } from '../kit/ssz/recorded.ts'

/** Real JSON differs from ours in the case of hex, in headers without `beacon`, and in the order of keys. */
function normalised(json: unknown): unknown {
  if (typeof json === 'string') return json.startsWith('0x') ? json.toLowerCase() : json
  if (Array.isArray(json)) return json.map(normalised)
  const object = json as Record<string, unknown>
  if ('slot' in object) return { beacon: normaliseFields(object) }
  return normaliseFields(object)
}

function normaliseFields(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      key === 'beacon' ? normaliseFields(value as Record<string, unknown>) : normalised(value),
    ]),
  )
}

describe.skipIf(!fixtures.available)('recorded light-client objects', () => {
  it('are all here, in five encodings and three networks', () => {
    expect(recorded).toHaveLength(188)
    expect(new Set(recorded.map((entry) => entry.encoding))).toHaveLength(5)
    expect(new Set(recorded.map((entry) => entry.network))).toHaveLength(3)
  })

  it.each(recorded)('$file $at decodes to the object with the known roots and slots', (entry) => {
    const chain = chainOf(entry)
    const object = decodeRecorded(entry)
    expect(toHex(hashLightClientObject(chain, object))).toBe(entry.hash_tree_root)
    expect(contextSlotOf(object)).toBe(entry.slot)
    const header = object.kind === 'bootstrap' ? object.value.header : object.value.attestedHeader
    expect(toHex(headerRoot(header.beacon))).toBe(entry.beacon_block_root)
    if (object.kind === 'bootstrap') return
    expect(object.value.signatureSlot).toBe(entry.signature_slot)
    expect(object.value.syncAggregate.syncCommitteeBits.getTrueBitIndexes()).toHaveLength(entry.participants!)
    if (object.kind === 'optimistic_update') return
    expect(object.value.finalizedHeader.beacon.slot).toBe(entry.finalized_slot)
    expect(toHex(headerRoot(object.value.finalizedHeader.beacon))).toBe(entry.finalized_block_root)
  })

  it.each(recorded)('$file $at survives SSZ and JSON unchanged', (entry) => {
    const chain = chainOf(entry)
    const object = decodeRecorded(entry)
    const bytes = encodeLightClientObject(chain, object)
    expect(bytes).toHaveLength(entry.ssz_bytes)
    const raw = rawBytes(entry)
    if (raw !== undefined) expect(toHex(bytes)).toBe(toHex(raw.ssz))
    if (raw?.digest !== undefined) expect(contextDigestOf(chain, object)).toBe(toHex(raw.digest))
    expect(decodeLightClientObject(chain, object.kind, object.fork, bytes)).toEqual(object)
    const json: unknown = JSON.parse(JSON.stringify(lightClientObjectToJson(chain, object)))
    expect(lightClientObjectFromJson(chain, object.kind, object.fork, json)).toEqual(object)
    if (entry.encoding === 'json') expect(json).toEqual(normalised(locate(entry)))
  })

  it.each([...new Set(recorded.filter((entry) => entry.encoding === 'json').map((entry) => entry.file))])(
    '%s is taken apart into its objects, with their kinds',
    (file) => {
      const inFile = recorded.filter((entry) => entry.file === file)
      const entries = lightClientJsonEntries(fixtures.json(file))
      expect(entries).toHaveLength(inFile.length)
      for (const entry of inFile) {
        expect(entries[positionOf(entry)]?.data).toEqual(locate(entry))
        expect(lightClientKindOfJson(entries[positionOf(entry)]?.data)).toBe(kindOf(entry))
      }
    },
  )

  it.each([...new Set(recorded.filter((entry) => entry.encoding === 'len64+digest+ssz').map((entry) => entry.file))])(
    '%s, a stream of updates, is encoded again byte for byte',
    (file) => {
      const entry = recorded.find((candidate) => candidate.file === file)!
      const updates = decodeUpdateStream(chainOf(entry), fixtures.bytes(file))
      expect(updates).toHaveLength(recorded.filter((candidate) => candidate.file === file).length)
      expect(toHex(encodeUpdateStream(chainOf(entry), updates))).toBe(toHex(fixtures.bytes(file)))
    },
  )
})
