import { beforeAll, describe, expect, it } from 'vitest'
import { type Chain, type Hex, toHex } from '../../../src/chain/index.ts'
import { errorCodes, LamparaError } from '../../../src/errors/index.ts'
import {
  initializeLightClientStore,
  type LightClientStore,
  processLightClientStoreForceUpdate,
  processLightClientUpdate,
  type UpdateObject,
  type ValidationOptions,
  type VerificationContext,
  validateLightClientUpdate,
  verdictOf,
} from '../../../src/light-client/verification/index.ts'
import { BitArray, headerRoot, lightClientTypes } from '../../../src/ssz/index.ts'
import { contextOf } from '../../kit/verification/context.ts'
import {
  altairChain,
  bootstrapAt,
  headerAt,
  members,
  slotsPerPeriod,
  type UpdatePlan,
  updateBy,
} from '../../kit/verification/synthetic.ts'

const chain = altairChain()
const [first, second, third] = [members(1), members(50), members(100)]
const BOOTSTRAP_SLOT = 8

let context: VerificationContext
/** Only its own committee is known. */
let fresh: LightClientStore
/** The next committee is known, too; final at slot 16. */
let settled: LightClientStore

async function start(onChain: Chain, slot = BOOTSTRAP_SLOT): Promise<LightClientStore> {
  const bootstrap = bootstrapAt(slot, first.committee)
  return initializeLightClientStore({ ...context, chain: onChain }, rootOf(slot), bootstrap)
}
const rootOf = (slot: number): Hex => toHex(headerRoot(bootstrapAt(slot, first.committee).value.header.beacon))
const update = (plan: UpdatePlan, by = first) => updateBy(chain, by, plan)

beforeAll(async () => {
  context = contextOf(chain)
  fresh = await start(chain)
  const plan = { attested: 30, finalized: 16, next: second.committee }
  settled = await processLightClientUpdate(context, fresh, update(plan), 31)
})

async function expectCode(
  code: string,
  verdict: 'ignore' | 'reject',
  object: UpdateObject,
  options: { store?: LightClientStore; currentSlot?: number; chain?: Chain } & ValidationOptions = {},
): Promise<void> {
  const { store = settled, currentSlot = object.value.signatureSlot } = options
  const on = { ...context, chain: options.chain ?? chain }
  const error: unknown = await validateLightClientUpdate(on, store, object, currentSlot, options).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code })
  expect(verdictOf(error)).toBe(verdict)
}

type Update = ReturnType<typeof update>
const changed = (object: Update, value: Partial<Update['value']>): Update => ({
  ...object,
  value: { ...object.value, ...value },
})

describe('validateLightClientUpdate() of invalid updates', () => {
  it('rejects one that nobody signed', async () => {
    const object = update({ attested: 40 })
    const nobody = { ...object.value.syncAggregate, syncCommitteeBits: BitArray.fromBitLen(32) }
    await expectCode('participation_too_low', 'reject', changed(object, { syncAggregate: nobody }))
  })

  it('rejects one signed in or before the slot that it attests', async () => {
    await expectCode('slot_order_invalid', 'reject', update({ attested: 40, signature: 40 }))
    await expectCode('slot_order_invalid', 'reject', update({ attested: 40, signature: 39 }))
  })

  it('rejects one that finalizes a later slot than it attests', async () => {
    await expectCode('slot_order_invalid', 'reject', update({ attested: 40, finalized: 41 }))
  })

  it('rejects execution data before Capella', async () => {
    const { executionBranch, execution } = lightClientTypes(chain.preset).capella.header.defaultValue()
    const object = update({ attested: 40 })
    const header = object.value.attestedHeader
    const full = { ...execution!, blockNumber: 1n }
    await validateLightClientUpdate(
      context,
      settled,
      changed(object, { attestedHeader: { ...header, execution: execution!, executionBranch: executionBranch! } }),
      41,
    )
    for (const attestedHeader of [
      { ...header, execution: full, executionBranch: executionBranch! },
      { ...header, execution: { ...execution!, extraData: Uint8Array.of(0) }, executionBranch: executionBranch! },
      { ...header, execution: execution!, executionBranch: executionBranch!.with(0, new Uint8Array(32).fill(1)) },
    ]) {
      await expectCode('header_invalid', 'reject', changed(object, { attestedHeader }))
    }
  })

  it('rejects blob gas before Deneb, and a missing execution payload from Capella on', async () => {
    const capella = altairChain({ bellatrix: 0, capella: 0 })
    const { execution, executionBranch } = lightClientTypes(chain.preset).deneb.header.defaultValue()
    const object = updateBy(capella, first, { attested: 40 })
    await expectCode('execution_branch_invalid', 'reject', object, { chain: capella })
    const attestedHeader = {
      ...object.value.attestedHeader,
      execution: { ...execution!, excessBlobGas: 1n },
      executionBranch: executionBranch!,
    }
    await expectCode('header_invalid', 'reject', changed(object, { attestedHeader }), { chain: capella })
  })

  it('rejects a finalized header that no branch proves', async () => {
    const object = changed(update({ attested: 40 }), { finalizedHeader: headerAt(24) })
    await expectCode('finalized_header_unexpected', 'reject', object)
  })

  it('rejects a header in place of the genesis checkpoint, and takes the checkpoint', async () => {
    const object = update({ attested: 40, finalized: 0 })
    await validateLightClientUpdate(context, settled, object, 41)
    await expectCode('finalized_header_unexpected', 'reject', changed(object, { finalizedHeader: headerAt(0) }))
  })

  it('rejects a finalized header that its branch does not prove', async () => {
    const object = changed(update({ attested: 40, finalized: 24 }), { finalizedHeader: headerAt(25) })
    await expectCode('finality_branch_invalid', 'reject', object)
  })

  it('rejects a branch too short for its place, and one whose surplus is not zero', async () => {
    const object = update({ attested: 40, finalized: 24 })
    const { finalityBranch } = object.value
    const longer = (node: Uint8Array) => changed(object, { finalityBranch: [node, ...finalityBranch] })
    await validateLightClientUpdate(context, settled, longer(new Uint8Array(32)), 41)
    await expectCode('finality_branch_invalid', 'reject', longer(new Uint8Array(32).fill(1)))
    await expectCode('finality_branch_invalid', 'reject', changed(object, { finalityBranch: finalityBranch.slice(1) }))
  })

  it('rejects a next committee that no branch proves', async () => {
    const object = changed(update({ attested: 40 }), { nextSyncCommittee: second.committee })
    await expectCode('next_sync_committee_unexpected', 'reject', object)
  })

  it('rejects a next committee that its branch does not prove', async () => {
    const object = update({ attested: 40, next: second.committee })
    const { nextSyncCommitteeBranch } = object.value
    const branch = nextSyncCommitteeBranch.with(2, new Uint8Array(32).fill(1))
    await expectCode(
      'next_sync_committee_branch_invalid',
      'reject',
      changed(object, { nextSyncCommitteeBranch: branch }),
    )
  })

  it('rejects a next committee other than the one that is known for the period', async () => {
    await validateLightClientUpdate(context, settled, update({ attested: 40, next: second.committee }), 41)
    await expectCode('sync_committee_mismatch', 'reject', update({ attested: 40, next: third.committee }))
    // One that is not known yet may be any.
    await validateLightClientUpdate(context, fresh, update({ attested: 40, next: third.committee }), 41)
  })

  it('rejects a signature by another committee, over another slot, or under another fork', async () => {
    await expectCode('signature_invalid', 'reject', update({ attested: 40 }, second))
    const object = update({ attested: 40 })
    const older = { ...object.value.attestedHeader, beacon: { ...object.value.attestedHeader.beacon, slot: 39 } }
    await expectCode('signature_invalid', 'reject', changed(object, { attestedHeader: older }))
    await expectCode('signature_invalid', 'reject', object, { chain: altairChain({ bellatrix: 0 }) })
  })

  it('takes the fork of the slot before the signature', async () => {
    const forking = altairChain({ bellatrix: 5 })
    const lastOfAltair = update({ attested: 39, signature: 40 })
    await validateLightClientUpdate({ ...context, chain: forking }, settled, lastOfAltair, 40)
    await expectCode('signature_invalid', 'reject', update({ attested: 39, signature: 41 }), { chain: forking })
  })
})

describe('validateLightClientUpdate() of updates that are not useful', () => {
  it('ignores one from the future', async () => {
    await expectCode('update_from_future', 'ignore', update({ attested: 40 }), { currentSlot: 40 })
    await validateLightClientUpdate(context, settled, update({ attested: 40 }), 41)
  })

  it('ignores one whose signers are out of reach, later or earlier', async () => {
    await expectCode('period_out_of_reach', 'ignore', update({ attested: 2 * slotsPerPeriod + 1 }, third))
    const store = await start(chain, slotsPerPeriod + 8)
    await expectCode('period_out_of_reach', 'ignore', update({ attested: 40 }), { store })
  })

  it('ignores one of the next period while its committee is unknown', async () => {
    const object = update({ attested: slotsPerPeriod + 1 }, second)
    await expectCode('next_sync_committee_unknown', 'ignore', object, { store: fresh })
    await validateLightClientUpdate(context, settled, object, slotsPerPeriod + 2)
  })

  it('ignores one that is not newer than what is final, unless it brings the next committee', async () => {
    await expectCode('update_not_relevant', 'ignore', update({ attested: 16 }))
    const older = update({ attested: 5, next: second.committee })
    await validateLightClientUpdate(context, fresh, older, 6)
    await expectCode('update_not_relevant', 'ignore', older)
  })

  it('spares the signature of a stale one, unless told to be thorough', async () => {
    const stale = update({ attested: 10 }, third)
    await expectCode('update_not_relevant', 'ignore', stale)
    await expectCode('signature_invalid', 'reject', stale, { thorough: true })
    await expectCode('update_not_relevant', 'ignore', update({ attested: 10 }), { thorough: true })
  })
})

describe('processLightClientUpdate()', () => {
  it('gives back the same store when nothing changed', async () => {
    const once = await processLightClientUpdate(context, settled, update({ attested: 40 }), 41)
    expect(once.optimisticHeader.beacon.slot).toBe(40)
    expect(await processLightClientUpdate(context, once, update({ attested: 40 }), 41)).toBe(once)
  })

  it('leaves the store as it was, whatever comes of the update', async () => {
    const before = { ...settled }
    await processLightClientUpdate(context, settled, update({ attested: 50, finalized: 40 }), 51)
    expect(settled).toEqual(before)
  })

  it('takes finality and optimistic updates for updates without the rest', async () => {
    const { syncAggregate, signatureSlot, attestedHeader, finalizedHeader, finalityBranch } = update({
      attested: 50,
      finalized: 40,
    }).value
    const optimistic = { attestedHeader, syncAggregate, signatureSlot }
    const byOptimistic = await processLightClientUpdate(
      context,
      settled,
      { kind: 'optimistic_update', fork: 'altair', value: optimistic },
      51,
    )
    expect(byOptimistic.optimisticHeader.beacon.slot).toBe(50)
    expect(byOptimistic.finalizedHeader.beacon.slot).toBe(16)
    const byFinality = await processLightClientUpdate(
      context,
      settled,
      { kind: 'finality_update', fork: 'altair', value: { ...optimistic, finalizedHeader, finalityBranch } },
      51,
    )
    expect(byFinality.finalizedHeader.beacon.slot).toBe(40)
  })

  it('does not finalize below two thirds, but keeps the best for a forced update', async () => {
    const minority = (position: number): boolean => position < 21
    const object = update({ attested: 50, finalized: 40, signers: minority })
    const next = await processLightClientUpdate(context, settled, object, 51)
    expect(next.finalizedHeader.beacon.slot).toBe(16)
    expect(next.bestValidUpdate).toBe(object.value)
    const due = settled.finalizedHeader.beacon.slot + slotsPerPeriod + 1
    expect(await processLightClientStoreForceUpdate(context, next, due - 1)).toBe(next)
    const forced = await processLightClientStoreForceUpdate(context, next, due)
    expect(forced.finalizedHeader.beacon.slot).toBe(40)
    expect(forced.bestValidUpdate).toBeUndefined()
    expect(await processLightClientStoreForceUpdate(context, forced, due + 1000)).toBe(forced)
  })

  it('does not show a head that half as many as usual signed', async () => {
    const few = (position: number): boolean => position < 16
    const next = await processLightClientUpdate(context, settled, update({ attested: 50, signers: few }), 51)
    expect(next.optimisticHeader.beacon.slot).toBe(30)
    const more = (position: number): boolean => position < 17
    const shown = await processLightClientUpdate(context, settled, update({ attested: 50, signers: more }), 51)
    expect(shown.optimisticHeader.beacon.slot).toBe(50)
  })

  it('learns the next committee from an update that finalizes the period before, when it is final in this one', async () => {
    const store = await start(chain, slotsPerPeriod)
    const object = update({ attested: slotsPerPeriod + 5, finalized: slotsPerPeriod - 8, next: second.committee })
    const next = await processLightClientUpdate(context, store, object, slotsPerPeriod + 6)
    expect(next.nextSyncCommittee).toBe(second.committee)
    expect(next.finalizedHeader).toBe(store.finalizedHeader)
    const withoutFinality = update({ attested: slotsPerPeriod + 5, next: second.committee })
    const unsettled = await processLightClientUpdate(context, store, withoutFinality, slotsPerPeriod + 6)
    expect(unsettled.nextSyncCommittee).toBeUndefined()
  })
})

describe('initializeLightClientStore()', () => {
  it('refuses another block’s bootstrap, and a committee that its state does not hold', async () => {
    const bootstrap = bootstrapAt(8, first.committee)
    await expect(initializeLightClientStore(context, rootOf(9), bootstrap)).rejects.toMatchObject({
      code: 'bootstrap_root_mismatch',
    })
    const swapped = { ...bootstrap, value: { ...bootstrap.value, currentSyncCommittee: second.committee } }
    await expect(initializeLightClientStore(context, rootOf(8), swapped)).rejects.toMatchObject({
      code: 'current_sync_committee_branch_invalid',
    })
  })

  it('refuses a trusted root that is not one with invalid_argument', async () => {
    await expect(initializeLightClientStore(context, '0x12', bootstrapAt(8, first.committee))).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})

describe('verdictOf()', () => {
  it('blames the sender for invalid data alone', () => {
    const blamed = errorCodes.filter((code) => verdictOf(new LamparaError(code, '')) === 'reject')
    expect(blamed).toContain('signature_invalid')
    expect(blamed).toContain('ssz_invalid')
    for (const code of [
      'update_not_relevant',
      'period_out_of_reach',
      'aborted',
      'internal',
      'timeout',
      'fork_unknown',
    ]) {
      expect(blamed).not.toContain(code)
    }
    expect(verdictOf(new Error('x'))).toBe('ignore')
    expect(verdictOf(undefined)).toBe('ignore')
  })
})
