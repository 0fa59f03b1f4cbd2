import { describe, expect, it } from 'vitest'
import { isLamparaError, type LamparaError } from '../../../src/errors/index.ts'
import {
  checkStoreCommittees,
  initializeLightClientStore,
  processLightClientUpdate,
  upgradeLightClientObject,
  verdictOf,
} from '../../../src/light-client/verification/index.ts'
import type { LightClientFork, LightClientKind, LightClientObject } from '../../../src/ssz/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { type Expected, type Folder, folderNames, readFolder } from '../../kit/verification/folders.ts'

const runs = folderNames.flatMap((name) => {
  const folder = readFolder(name)
  return folder.expected.map((expected) => ({ folder, expected, name, checkpoint: expected.checkpoint }))
})

async function follow(folder: Folder, expected: Expected, container?: LightClientFork) {
  const context = contextOf(folder.chain)
  const prepared = <K extends LightClientKind>(object: LightClientObject<K>): LightClientObject<K> =>
    container === undefined ? object : upgradeLightClientObject(folder.chain, object, container)
  let store = await initializeLightClientStore(
    context,
    expected.checkpoint,
    prepared(folder.bootstraps.get(expected.checkpoint)!),
  )
  const bootstrap = store.finalizedHeader.beacon.slot
  const tally = { applied: 0, rejected: 0 }
  const codes: string[] = []
  for (const update of folder.updates) {
    try {
      store = await processLightClientUpdate(context, store, prepared(update), update.value.signatureSlot + 1)
      tally.applied++
    } catch (error) {
      if (verdictOf(error) === 'reject') tally.rejected++
      codes.push(isLamparaError(error) ? error.code : String(error))
    }
  }
  await checkStoreCommittees(context, store)
  const outcome = {
    checkpoint: expected.checkpoint,
    bootstrap,
    ...tally,
    finalized: store.finalizedHeader.beacon.slot,
    optimistic: store.optimisticHeader.beacon.slot,
  }
  return { outcome, codes, context, store }
}

describe.skipIf(!fixtures.available)('recorded mainnet objects', () => {
  it('are there for every fork from Altair to Fulu', () => {
    expect(folderNames).toHaveLength(11)
    expect(runs).toHaveLength(19)
  })

  it.each(runs)('$name from $checkpoint end on the heads that another light client reached', async (run) => {
    const { outcome, codes } = await follow(run.folder, run.expected)
    expect(outcome).toEqual(run.expected)
    const useless = ['period_out_of_reach', 'update_not_relevant', 'next_sync_committee_unknown']
    expect(codes.filter((code) => !useless.includes(code))).toEqual([])
  })

  // Longer branches, and execution data that the slot's fork does not have, must change nothing.
  it.each(runs.filter(({ expected }) => expected.applied < 10))(
    '$name from $checkpoint end on the same heads in the newest containers',
    async (run) => {
      expect((await follow(run.folder, run.expected, 'electra')).outcome).toEqual(run.expected)
      expect((await follow(run.folder, run.expected, 'gloas')).outcome).toEqual(run.expected)
    },
  )

  it('are not useful again where they brought nothing that stayed open, though no fault', async () => {
    const folder = readFolder('colibri-electra-1600-1602')
    const { context, store } = await follow(folder, folder.expected[0]!)
    const codes = await Promise.all(
      folder.updates.map((update) =>
        processLightClientUpdate(context, store, update, update.value.signatureSlot).then(
          () => 'applied',
          (error: unknown) => `${(error as LamparaError).code}: ${verdictOf(error)}`,
        ),
      ),
    )
    expect(codes).toEqual(['update_not_relevant: ignore', 'applied', 'period_out_of_reach: ignore'])
  })
})
