import { dirname } from 'node:path'
import { digest64 } from '@chainsafe/persistent-merkle-tree'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Chain, createChain, epochOfSlot, type Hex, isForkActive, toHex } from '../../../src/chain/index.ts'
import {
  executionRoot,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientStoreForceUpdate,
  processLightClientUpdate,
  upgradeLightClientObject,
  type VerificationContext,
} from '../../../src/light-client/verification/index.ts'
import {
  decodeLightClientObjectOfDigest,
  executionPayloadGindex,
  gindexDepth,
  headerRoot,
  type LightClientFork,
  type LightClientHeader,
  type LightClientKind,
} from '../../../src/ssz/index.ts'
import { decompressBlock } from '../../../src/wire/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { contextOf } from '../../kit/verification/context.ts'

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
    execution_root: toHex(executionRootOf(chain, header)),
  }
}

/** get_lc_execution_root (gloas/light-client/sync-protocol.md): of a block hash it is found by the lower part of its branch. */
function executionRootOf(chain: Chain, header: LightClientHeader): Uint8Array {
  const { executionBlockHash, executionBranch = [] } = header
  const epoch = epochOfSlot(chain, header.beacon.slot)
  if (executionBlockHash === undefined || !isForkActive(chain, 'capella', epoch)) return executionRoot(chain, header)
  const gindex = isForkActive(chain, 'deneb', epoch) ? 44 : 28
  let at = gindex
  return executionBranch
    .slice(0, -gindexDepth(executionPayloadGindex))
    .slice(-gindexDepth(gindex))
    .reduce((node, sibling) => {
      const isRight = at % 2 === 1
      at >>= 1
      return isRight ? digest64(sibling, node) : digest64(node, sibling)
    }, executionBlockHash)
}

/** Plays a case, with every object first put into another container where one is named. */
async function play(folder: string, container?: LightClientFork): Promise<number> {
  const meta = parse(fixtures.text(folder, 'meta.yaml')) as Meta
  const chain = createChain(parse(fixtures.text(folder, 'config.yaml')), {
    genesisValidatorsRoot: meta.genesis_validators_root,
    genesisTime: 0,
  })
  const context: VerificationContext = contextOf(chain)
  const read = <K extends LightClientKind>(kind: K, digest: Hex, name: string) => {
    const ssz = decompressBlock(fixtures.bytes(folder, `${name}.ssz_snappy`), { maxBytes: MAX_BYTES })
    const object = decodeLightClientObjectOfDigest(chain, kind, digest, ssz)
    return container === undefined ? object : upgradeLightClientObject(chain, object, container)
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
    expect(await play(folder)).toBeGreaterThan(0)
  })

  it.each(cases)('%s reaches the same headers with its objects upgraded to the newest containers', async (folder) => {
    expect(await play(folder, 'electra')).toBeGreaterThan(0)
    expect(await play(folder, 'gloas')).toBeGreaterThan(0)
  })
})
