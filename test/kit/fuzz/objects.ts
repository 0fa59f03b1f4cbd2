import { type Chain, mainnet } from '../../../src/chain/index.ts'
import {
  encodeLightClientObject,
  type LightClientKind,
  type LightClientObject,
  lightClientForks,
  lightClientObject,
  lightClientTypes,
} from '../../../src/ssz/index.ts'
import { decodeRecorded, kindOf, recorded } from '../ssz/recorded.ts'
import { minimal } from './chains.ts'

/** An object as a seed: whose chain it is of, and its bytes. */
export interface SeedObject {
  readonly chain: Chain
  readonly object: LightClientObject
  readonly ssz: Uint8Array
}

/** A slot of each fork's containers on the minimal chain. */
const slots = { altair: 9, capella: 25, deneb: 33, electra: 41, gloas: 57 } as const

/** One object of each kind and containers that is empty but for its slot, and some of those recorded. */
export function seedObjects(kind: LightClientKind): SeedObject[] {
  const made = lightClientForks.map((fork) => {
    const value = lightClientTypes(minimal.preset)[fork][kind].defaultValue()
    const header = 'header' in value ? value.header : value.attestedHeader
    header.beacon.slot = slots[fork]
    return seedOf(minimal, lightClientObject(kind, fork, value) as LightClientObject)
  })
  const known = new Set<string>()
  const found = recorded.flatMap((entry) => {
    // One of each containers: a committee of 512 makes them slow.
    if (kindOf(entry) !== kind || entry.network !== 'mainnet' || known.has(entry.fork_at_slot)) return []
    known.add(entry.fork_at_slot)
    return [seedOf(mainnet, decodeRecorded(entry))]
  })
  return [...made, ...found]
}

function seedOf(chain: Chain, object: LightClientObject): SeedObject {
  return { chain, object, ssz: encodeLightClientObject(chain, object) }
}
