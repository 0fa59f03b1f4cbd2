import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/chain/index.ts'
import type { Conflict } from '../../src/light-client/store/conflicts.ts'
import { type AnyObject, createVerifiedStore } from '../../src/light-client/store/verified-store.ts'
import { headerRoot } from '../../src/ssz/index.ts'
import { contextOf } from '../kit/verification/context.ts'
import { altairChain, bootstrapAt, members, size, slotsPerPeriod, updateBy } from '../kit/verification/synthetic.ts'

const chain = altairChain()
const honest = members(1)
const next = members(40)
const attackers = members(100)
const twoThirds = Math.ceil((size * 2) / 3)
const signedBy = (count: number) => (position: number) => position < count

async function startedAt(slot: number) {
  const settled: AnyObject[] = []
  const conflicts: Conflict[] = []
  let checks = 0
  const context = contextOf(chain)
  const counting = {
    ...context,
    committees: {
      ...context.committees,
      verify: (...args: Parameters<typeof context.committees.verify>) => {
        checks++
        return context.committees.verify(...args)
      },
    },
  }
  const verified = createVerifiedStore(counting, {
    onChange() {},
    onCommitteesChecked: (object) => void settled.push(object),
    onForged() {},
    onConflict: (conflict) => void conflicts.push(conflict),
  })
  const bootstrap = bootstrapAt(slot, honest.committee)
  await verified.bootstrap(toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
  await verified.whenCommitteesChecked()
  return { verified, settled, conflicts, checks: () => checks }
}

describe('the verified store', () => {
  it('is not moved by an update below two thirds, however long ago finality was, nor is its signature checked', async () => {
    const { verified, settled, checks } = await startedAt(8)
    const before = verified.store
    const plan = { attested: 20, finalized: 16, next: attackers.committee }
    for (const count of [1, twoThirds - 1]) {
      const update = updateBy(chain, honest, { ...plan, signers: signedBy(count) })
      await expect(verified.process(update, 40 * slotsPerPeriod)).rejects.toMatchObject({
        code: 'supermajority_missing',
      })
    }
    await verified.whenCommitteesChecked()
    expect(verified.store).toBe(before)
    expect(settled.map(({ kind }) => kind)).toEqual(['bootstrap'])
    expect(checks()).toBe(0)
  })

  it('is moved by exactly two thirds', async () => {
    const { verified } = await startedAt(8)
    const plan = { attested: 20, finalized: 16, next: next.committee, signers: signedBy(twoThirds) }
    expect(await verified.process(updateBy(chain, honest, plan), 30)).toMatchObject({ changed: true })
    expect(verified.store?.nextSyncCommittee).toEqual(next.committee)
    expect(verified.optimistic?.participation).toBe(twoThirds / size)
  })

  it('takes no committee from an update that proves no finality', async () => {
    const { verified } = await startedAt(8)
    await verified.process(updateBy(chain, honest, { attested: 20, next: attackers.committee }), 20 + 100)
    expect(verified.store?.nextSyncCommittee).toBeUndefined()
    expect(verified.finalized?.header.beacon.slot).toBe(8)
  })

  it('replaces the proof of a header by a better one, in whatever order they come, and never by a worse one', async () => {
    const { verified } = await startedAt(8)
    const update = (count: number) => updateBy(chain, honest, { attested: 20, signers: signedBy(count) })
    await verified.process(update(twoThirds), 30)
    expect(await verified.process(update(size), 30)).toMatchObject({ changed: true, optimisticAdvanced: false })
    expect(verified.optimistic?.participation).toBe(1)
    await expect(verified.process(update(twoThirds), 30)).rejects.toMatchObject({ code: 'update_not_relevant' })
    expect(verified.optimistic?.participation).toBe(1)
  })

  it('pays for no signature of what it knows, or of what is older', async () => {
    const { verified, checks } = await startedAt(8)
    const known = updateBy(chain, honest, { attested: 20 })
    await verified.process(known, 30)
    expect(checks()).toBe(1)
    for (const update of [known, updateBy(chain, honest, { attested: 15 })]) {
      await expect(verified.process(update, 30)).rejects.toMatchObject({ code: 'update_not_relevant' })
    }
    expect(checks()).toBe(1)
    await verified.process(known, 30, { always: true })
    expect(checks()).toBe(2)
  })

  it('verifies a head of fewer signers without moving', async () => {
    const { verified } = await startedAt(8)
    const before = verified.store
    const update = updateBy(chain, honest, { attested: 20, signers: signedBy(twoThirds - 2) })
    const proven = await verified.prove(update, 30)
    expect(proven).toMatchObject({ participation: (twoThirds - 2) / size, header: { beacon: { slot: 20 } } })
    expect(verified.store).toBe(before)
    const forged = updateBy(chain, attackers, { attested: 20, signers: signedBy(twoThirds - 2) })
    await expect(verified.prove(forged, 30)).rejects.toMatchObject({ code: 'signature_invalid' })
  })
})

describe('headers that exclude each other, each signed by two thirds', () => {
  it('of one slot are a conflict; the first one stays', async () => {
    const { verified, conflicts } = await startedAt(8)
    const first = updateBy(chain, honest, { attested: 20 })
    const second = updateBy(chain, honest, { attested: 20, next: next.committee })
    await verified.process(first, 30)
    await expect(verified.process(second, 30)).rejects.toMatchObject({ code: 'update_conflicting' })
    const rootOf = (update: typeof first) => toHex(headerRoot(update.value.attestedHeader.beacon))
    expect(conflicts).toEqual([
      { kind: 'optimistic', known: { slot: 20, root: rootOf(first) }, other: { slot: 20, root: rootOf(second) } },
    ])
    expect(verified.optimistic?.header).toEqual(first.value.attestedHeader)
  })

  it('of one checkpoint are a conflict; the finalized header does not flip, nor advance on an unknown branch', async () => {
    const { verified, conflicts } = await startedAt(8)
    await verified.process(updateBy(chain, honest, { attested: 32, finalized: 16 }), 60)
    const other = updateBy(chain, honest, { attested: 33, finalized: 15 })
    await expect(verified.process(other, 60)).rejects.toMatchObject({ code: 'update_conflicting' })
    expect(conflicts[0]).toMatchObject({ kind: 'finalized', known: { slot: 16 }, other: { slot: 15 } })
    const later = updateBy(chain, honest, { attested: 42, finalized: 24 })
    await expect(verified.process(later, 60)).rejects.toMatchObject({ code: 'update_conflicting' })
    expect(verified.finalized?.header.beacon.slot).toBe(16)
  })

  it('are no conflict where trust started from a block in the middle of an epoch', async () => {
    const { verified, conflicts } = await startedAt(13)
    await verified.process(updateBy(chain, honest, { attested: 32, finalized: 16 }), 60)
    expect(verified.finalized?.header.beacon.slot).toBe(16)
    expect(conflicts).toEqual([])
  })

  it('are a conflict where one is the block that trust started from', async () => {
    const { verified, conflicts } = await startedAt(16)
    const update = updateBy(chain, honest, { attested: 32, finalized: 16 })
    await expect(verified.process(update, 60)).rejects.toMatchObject({ code: 'update_conflicting' })
    expect(conflicts).toHaveLength(1)
  })

  it('are no conflict where too few signed one of them', async () => {
    const { verified, conflicts } = await startedAt(8)
    await verified.process(updateBy(chain, honest, { attested: 20 }), 30)
    const weak = updateBy(chain, honest, { attested: 20, next: next.committee, signers: signedBy(twoThirds - 1) })
    await expect(verified.process(weak, 30)).rejects.toMatchObject({ code: 'supermajority_missing' })
    expect(conflicts).toEqual([])
  })
})
