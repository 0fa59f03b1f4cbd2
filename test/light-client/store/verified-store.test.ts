import { describe, expect, it } from 'vitest'
import type { LamparaError } from '../../../src/errors/index.ts'
import {
  type AnyObject,
  createVerifiedStore,
  type VerifiedStore,
} from '../../../src/light-client/store/verified-store.ts'
import type { CommitteeVerifier } from '../../../src/light-client/verification/index.ts'
import type { LightClientObject, SyncCommittee } from '../../../src/ssz/index.ts'
import { fixtures } from '../../kit/fixtures.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { readFolder } from '../../kit/verification/folders.ts'

describe.skipIf(!fixtures.available)('the verified store', () => {
  function setUp(committees?: (real: CommitteeVerifier) => CommitteeVerifier, calm?: () => Promise<void>) {
    const folder = readFolder('ultralight-capella-879-881')
    const expected = folder.expected[0]!
    const seen: string[] = []
    const real = contextOf(folder.chain)
    const context = committees === undefined ? real : { ...real, committees: committees(real.committees) }
    const events = {
      onChange: () => void seen.push('change'),
      onCommitteesChecked: (object: AnyObject) => void seen.push(`settled ${object.kind}`),
      onForged: (object: AnyObject, error: LamparaError) => void seen.push(`forged ${object.kind} ${error.code}`),
      onConflict: () => void seen.push('conflict'),
    }
    const verified = createVerifiedStore(context, events, calm)
    const bootstrap = folder.bootstraps.get(expected.checkpoint)!
    return { folder, expected, verified, seen, bootstrap }
  }

  async function start(verified: VerifiedStore, checkpoint: `0x${string}`, bootstrap: LightClientObject<'bootstrap'>) {
    await verified.bootstrap(checkpoint, bootstrap)
    await verified.whenCommitteesChecked()
  }

  it('comes to the heads that another light client found, though all objects are handed in at once', async () => {
    const { folder, expected, verified, bootstrap } = setUp()
    await Promise.all([
      verified.bootstrap(expected.checkpoint, bootstrap),
      ...folder.updates.map((update) => verified.process(update, update.value.signatureSlot + 1)),
    ])
    expect(verified.finalized?.header.beacon.slot).toBe(expected.finalized)
    expect(verified.optimistic?.header.beacon.slot).toBe(expected.optimistic)
  })

  it('refuses updates before a bootstrap, and goes on afterwards', async () => {
    const { folder, expected, verified, bootstrap } = setUp()
    const update = folder.updates[0]!
    await expect(verified.process(update, update.value.signatureSlot + 1)).rejects.toMatchObject({
      code: 'period_out_of_reach',
    })
    await start(verified, expected.checkpoint, bootstrap)
    expect((await verified.process(update, update.value.signatureSlot + 1)).changed).toBe(true)
  })

  it('rolls back to before the object that brought a committee whose aggregate proves forged', async () => {
    let forged: SyncCommittee | undefined
    const { folder, expected, verified, seen, bootstrap } = setUp((real) => ({
      verify: (...args) => real.verify(...args),
      verifyAggregateKey: async (committee) => committee !== forged && real.verifyAggregateKey(committee),
    }))
    await start(verified, expected.checkpoint, bootstrap)
    const before = verified.store
    const update = folder.updates[0] as LightClientObject<'update'>
    forged = update.value.nextSyncCommittee
    // The head shows before the sum is looked at: that is what makes it quick.
    expect((await verified.process(update, update.value.signatureSlot + 1)).changed).toBe(true)
    await verified.whenCommitteesChecked()
    expect(verified.store).toBe(before)
    expect(seen.at(-1)).toBe('forged update sync_committee_aggregate_mismatch')
    expect(seen).not.toContain('settled update')
  })

  it('compares sums only when it is calm, and hands on what it verified only then', async () => {
    const calm = Promise.withResolvers<void>()
    const checked: SyncCommittee[] = []
    const { folder, expected, verified, seen, bootstrap } = setUp(
      (real) => ({
        verify: (...args) => real.verify(...args),
        verifyAggregateKey: (committee) => {
          checked.push(committee)
          return real.verifyAggregateKey(committee)
        },
      }),
      () => calm.promise,
    )
    await verified.bootstrap(expected.checkpoint, bootstrap)
    const update = folder.updates[0]!
    await verified.process(update, update.value.signatureSlot + 1)
    expect(checked).toEqual([])
    expect(seen).toEqual(['change', 'change'])
    calm.resolve()
    await verified.whenCommitteesChecked()
    expect(checked.length).toBeGreaterThanOrEqual(2)
    expect(seen).toEqual(['change', 'change', 'settled bootstrap', 'settled update'])
  })

  it('takes everything back that was built on a forged committee, once', async () => {
    const calm = Promise.withResolvers<void>()
    const { folder, expected, verified, seen, bootstrap } = setUp(
      (real) => ({ verify: (...args) => real.verify(...args), verifyAggregateKey: async () => false }),
      () => calm.promise,
    )
    await verified.bootstrap(expected.checkpoint, bootstrap)
    const update = folder.updates[0]!
    await verified.process(update, update.value.signatureSlot + 1)
    calm.resolve()
    await verified.whenCommitteesChecked()
    expect(verified.store).toBeUndefined()
    expect(seen.filter((what) => what.startsWith('forged'))).toEqual([
      'forged bootstrap sync_committee_aggregate_mismatch',
    ])
    expect(seen.some((what) => what.startsWith('settled'))).toBe(false)
  })

  it('refuses a flood instead of queueing it', async () => {
    const { folder, expected, verified, bootstrap } = setUp()
    await start(verified, expected.checkpoint, bootstrap)
    const update = folder.updates[0]!
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => verified.process(update, update.value.signatureSlot + 1)),
    )
    const codes = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as LamparaError).code] : [],
    )
    expect(codes).toContain('queue_overflow')
    await verified.whenCommitteesChecked()
    const next = folder.updates[1]!
    expect((await verified.process(next, next.value.signatureSlot + 1)).changed).toBe(true)
  })
})
