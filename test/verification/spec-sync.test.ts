import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Chain, createChain, type Hex, toHex } from '../../src/chain/index.ts'
import {
  executionRoot,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientStoreForceUpdate,
  processLightClientUpdate,
  upgradeLightClientObject,
  type VerificationContext,
} from '../../src/light-client/verification/index.ts'
import {
  decodeLightClientObjectOfDigest,
  headerRoot,
  type LightClientHeader,
  type LightClientKind,
  type LightClientObject,
} from '../../src/ssz/index.ts'
import { decompressBlock } from '../../src/wire/index.ts'
import { fixtures } from '../support/fixtures.ts'
import { contextOf } from './support/context.ts'

interface Meta {
  readonly genesis_validators_root: Hex
  readonly trusted_block_root: Hex
  readonly bootstrap_fork_digest: Hex
}

interface HeaderCheck {
  readonly slot: number
  readonly beacon_root: Hex
  readonly execution_root: Hex
}

interface Step {
  readonly current_slot: number
  readonly update?: string
  readonly update_fork_digest?: Hex
  readonly checks: { readonly finalized_header: HeaderCheck; readonly optimistic_header: HeaderCheck }
}

type Steps = readonly Readonly<Partial<Record<'process_update' | 'force_update', Step>>>[]

const MAX_BYTES = 1 << 20

const cases = fixtures.available
  ? fixtures
      .walk('consensus-spec-tests', 'steps.yaml')
      .map(dirname)
      .filter((folder) => folder.includes('light_client/sync'))
  : []

function checked(chain: Chain, header: LightClientHeader): HeaderCheck {
  return {
    slot: header.beacon.slot,
    beacon_root: toHex(headerRoot(header.beacon)),
    execution_root: toHex(executionRoot(chain, header)),
  }
}

/** Plays a case, with every object first put into another container where `prepare` says so. */
async function play(
  folder: string,
  prepare: <K extends LightClientKind>(object: LightClientObject<K>) => LightClientObject<K>,
): Promise<number> {
  const meta = parse(fixtures.text(folder, 'meta.yaml')) as Meta
  const chain = createChain(parse(fixtures.text(folder, 'config.yaml')), {
    genesisValidatorsRoot: meta.genesis_validators_root,
    genesisTime: 0,
  })
  const context: VerificationContext = contextOf(chain)
  const read = <K extends LightClientKind>(kind: K, digest: Hex, name: string) => {
    const ssz = decompressBlock(fixtures.bytes(folder, `${name}.ssz_snappy`), { maxBytes: MAX_BYTES })
    return prepare(decodeLightClientObjectOfDigest(chain, kind, digest, ssz))
  }
  let store: LightClientStore = await initializeLightClientStore(
    context,
    meta.trusted_block_root,
    read('bootstrap', meta.bootstrap_fork_digest, 'bootstrap'),
  )
  const steps = parse(fixtures.text(folder, 'steps.yaml')) as Steps
  for (const { process_update, force_update, ...unknown } of steps) {
    expect(unknown, 'a kind of step that this test does not know').toEqual({})
    const step = (process_update ?? force_update)!
    store =
      process_update === undefined
        ? await processLightClientStoreForceUpdate(context, store, step.current_slot)
        : await processLightClientUpdate(
            context,
            store,
            read('update', process_update.update_fork_digest!, process_update.update!),
            step.current_slot,
          )
    expect({
      finalized_header: checked(chain, store.finalizedHeader),
      optimistic_header: checked(chain, store.optimisticHeader),
    }).toEqual(step.checks)
  }
  return steps.length
}

describe.skipIf(!fixtures.available)('the specification’s light_client/sync cases', () => {
  it('are found', () => {
    expect(cases).toHaveLength(4)
  })

  it.each(cases)('%s reaches every header of its steps', async (folder) => {
    expect(await play(folder, (object) => object)).toBeGreaterThan(0)
  })

  it.each(cases)('%s reaches the same headers with its objects upgraded to the newest containers', async (folder) => {
    expect(await play(folder, (object) => upgradeLightClientObject(object, 'electra'))).toBeGreaterThan(0)
  })
})
