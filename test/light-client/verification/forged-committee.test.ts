import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/chain/index.ts'
import {
  checkStoreCommittees,
  initializeLightClientStore,
  type LightClientStore,
  processLightClientStoreForceUpdate,
  processLightClientUpdate,
  verdictOf,
} from '../../../src/light-client/verification/index.ts'
import { headerRoot, type SyncCommittee } from '../../../src/ssz/index.ts'
import { contextOf } from '../../kit/verification/context.ts'
import {
  altairChain,
  bootstrapAt,
  members,
  secretKey,
  size,
  slotsPerPeriod,
  updateBy,
  updateSigned,
} from '../../kit/verification/synthetic.ts'

const chain = altairChain()
const honest = members(1)
const others = members(100)
const attacker = secretKey(250)

/** Honest validators' keys, under an aggregate of which the attacker holds the secret. */
const forged: SyncCommittee = { ...others.committee, aggregatePubkey: attacker.toPublicKey().toBytes() }
const everyone = Array.from({ length: size }, (_, position) => position)

/** A store whose honest committee was brought to sign a state with the forged committee in it. */
async function storeWithForgedNext() {
  const context = contextOf(chain)
  const bootstrap = bootstrapAt(8, honest.committee)
  const store = await initializeLightClientStore(context, toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
  const update = updateBy(chain, honest, { attested: 30, finalized: 16, next: forged })
  return { context, store: await processLightClientUpdate(context, store, update, 31) }
}

const signedByAttacker = (plan: { attested: number; finalized?: number }, positions = everyone) =>
  updateSigned(chain, { ...plan, signature: plan.attested + 1, next: others.committee }, positions, (root) =>
    attacker.sign(root).toBytes(),
  )

const MISMATCH = { code: 'sync_committee_aggregate_mismatch' }

describe('a committee whose aggregate key is not the sum of its keys', () => {
  it('is taken at first, with its proof, and found out by the deferred check', async () => {
    const { context, store } = await storeWithForgedNext()
    expect(store.nextSyncCommittee).toEqual(forged)
    const error = await checkStoreCommittees(context, store).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(MISMATCH)
    expect(verdictOf(error)).toBe('reject')
  })

  it('lets its forger sign a head until the deferred check', async () => {
    const { context, store } = await storeWithForgedNext()
    const head = slotsPerPeriod + 10
    const moved = await processLightClientUpdate(context, store, signedByAttacker({ attested: head }), head + 1)
    expect(moved.optimisticHeader.beacon.slot).toBe(head)
    expect(moved.finalizedHeader.beacon.slot).toBe(16)
    await expect(checkStoreCommittees(context, moved)).rejects.toMatchObject(MISMATCH)
  })

  it('cannot advance a period, deferred check or not', async () => {
    const { context, store } = await storeWithForgedNext()
    const attested = slotsPerPeriod + 30
    const update = signedByAttacker({ attested, finalized: slotsPerPeriod + 8 })
    await expect(processLightClientUpdate(context, store, update, attested + 1)).rejects.toMatchObject(MISMATCH)
    expect(store.finalizedHeader.beacon.slot).toBe(16)
  })

  it('cannot advance a period by a forced update', async () => {
    const { context, store } = await storeWithForgedNext()
    const attested = slotsPerPeriod + 30
    const moved = await processLightClientUpdate(context, store, signedByAttacker({ attested }), attested + 1)
    await expect(processLightClientStoreForceUpdate(context, moved, 16 + slotsPerPeriod + 1)).rejects.toMatchObject(
      MISMATCH,
    )
  })

  it('does not help its forger where fewer than half are said to sign', async () => {
    const { context, store } = await storeWithForgedNext()
    const attested = slotsPerPeriod + 10
    const few = everyone.slice(0, size / 2 - 1)
    const update = signedByAttacker({ attested }, few)
    await expect(processLightClientUpdate(context, store, update, attested + 1)).rejects.toMatchObject({
      code: 'signature_invalid',
    })
  })

  it('is found out in a bootstrap, too', async () => {
    const context = contextOf(chain)
    const bootstrap = bootstrapAt(8, forged)
    const store = await initializeLightClientStore(context, toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
    await expect(checkStoreCommittees(context, store)).rejects.toMatchObject(MISMATCH)
  })
})

describe('an honest chain of committees', () => {
  it('advances period by period and passes the deferred check', async () => {
    const context = contextOf(chain)
    const committees = [honest, others, members(40)]
    const bootstrap = bootstrapAt(8, honest.committee)
    let store: LightClientStore = await initializeLightClientStore(
      context,
      toHex(headerRoot(bootstrap.value.header.beacon)),
      bootstrap,
    )
    for (const [period, signers] of committees.slice(0, 2).entries()) {
      const start = period * slotsPerPeriod
      const next = committees[period + 1]!.committee
      const update = updateBy(chain, signers, {
        attested: start + 40,
        finalized: start + 24,
        next,
        signers: (position) => position % 5 !== 0,
      })
      store = await processLightClientUpdate(context, store, update, start + 41)
      await checkStoreCommittees(context, store)
      expect(store.finalizedHeader.beacon.slot).toBe(start + 24)
      expect(store.currentSyncCommittee).toEqual(signers.committee)
      expect(store.nextSyncCommittee).toEqual(next)
    }
  })
})
