import { type Chain, type Hex, mainnet, toHex } from '../../../src/chain/index.ts'
import type { UpdateObject } from '../../../src/light-client/verification/index.ts'
import {
  headerRoot,
  type LightClientObject,
  lightClientForkOf,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObjectFromJson,
} from '../../../src/ssz/index.ts'
import { fixtures } from '../fixtures.ts'

/** What another light client made of a folder from one checkpoint. */
export interface Expected {
  readonly checkpoint: Hex
  readonly bootstrap: number
  readonly applied: number
  readonly rejected: number
  readonly finalized: number
  readonly optimistic: number
}

/** A folder of recorded mainnet objects. */
export interface Folder {
  readonly name: string
  readonly chain: Chain
  readonly expected: readonly Expected[]
  readonly bootstraps: ReadonlyMap<Hex, LightClientObject<'bootstrap'>>
  /** In the order of their signature slots. */
  readonly updates: readonly UpdateObject[]
}

/** The names of the recorded folders. */
export const folderNames: readonly string[] = fixtures.available
  ? fixtures.list('light-client-api').filter((name) => name !== 'README.md')
  : []

/** Reads a folder. Each call makes objects of its own, which a test may change. */
export function readFolder(name: string): Folder {
  const objects = fixtures
    .list('light-client-api', name)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => lightClientJsonEntries(fixtures.json('light-client-api', name, file)))
    .map(({ version, data }) => {
      const fork = lightClientForkOf(version as Parameters<typeof lightClientForkOf>[0])
      return lightClientObjectFromJson(mainnet, lightClientKindOfJson(data)!, fork, data) as LightClientObject
    })
  const bootstraps = objects.filter((object) => object.kind === 'bootstrap')
  return {
    name,
    chain: mainnet,
    expected: fixtures.json('light-client-api', name, 'expected') as Expected[],
    bootstraps: new Map(bootstraps.map((object) => [toHex(headerRoot(object.value.header.beacon)), object])),
    updates: objects
      .filter((object) => object.kind !== 'bootstrap')
      .sort((a, b) => a.value.signatureSlot - b.value.signatureSlot),
  }
}
