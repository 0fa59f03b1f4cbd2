import { describe, expect, it } from 'vitest'
import { mainnet } from '../../../src/chain/index.ts'
import type { Agreement } from '../../../src/light-client/agreement.ts'
import { createHeads } from '../../../src/light-client/status/heads.ts'
import type { ProvenHeader } from '../../../src/light-client/store/verified-state.ts'
import type { Head } from '../../../src/light-client/types.ts'

function provenAt(slot: number, participation = 1, fill = slot): ProvenHeader {
  const root = new Uint8Array(32).fill(fill)
  const beacon = { slot, proposerIndex: 0, parentRoot: root, stateRoot: root, bodyRoot: root }
  return { header: { beacon }, participation }
}

describe('the board of heads', () => {
  let agreement: Agreement = { paths: 1, asked: 1 }
  /** Root that two paths brought. */
  let confirmed: string | undefined
  function create(options: { minParticipation?: number; minAgreement?: number } = {}) {
    agreement = { paths: 1, asked: 1 }
    confirmed = undefined
    const board = createHeads(mainnet, {
      minParticipation: 2 / 3,
      minAgreement: 1,
      ...options,
      agreementOf: (root) => (root === confirmed ? { paths: 2, asked: 2 } : agreement),
      now: () => 0,
    })
    const told: (Head | undefined)[] = []
    board.optimistic.watch((head) => void told.push(head))
    return { board, told: () => told.map((head) => head?.slot).slice(1) }
  }

  it('never goes back to an older head by itself', () => {
    const { board } = create()
    board.update(provenAt(9), provenAt(5))
    expect(board.update(provenAt(8), provenAt(4))).toBe(false)
    expect([board.optimistic.value?.slot, board.finalized.value?.slot]).toEqual([9, 5])
  })

  it('never replaces a head by another one of its slot', () => {
    const { board } = create()
    board.update(provenAt(9), provenAt(5))
    expect(board.update(provenAt(9, 1, 77), provenAt(5, 1, 77))).toBe(false)
  })

  it('withholds a head signed by too few, and says how many are required', () => {
    const { board } = create({ minParticipation: 0.9 })
    board.update(provenAt(9, 0.8), provenAt(5))
    expect(board.optimistic.value?.slot).toBe(5)
    expect(board.withheld).toEqual({ slot: 9, because: 'participation', participation: 0.8, wanted: 0.9 })
    board.update(provenAt(9, 0.95), provenAt(5))
    expect(board.optimistic.value?.slot).toBe(9)
    expect(board.withheld).toBeUndefined()
  })

  it('shows better evidence of a head that is shown, and tells readers of heads nothing twice', () => {
    const { board, told } = create()
    board.update(provenAt(9, 0.7), provenAt(5))
    expect(board.update(provenAt(9, 0.99), provenAt(5))).toBe(true)
    expect(board.optimistic.value?.participation).toBe(0.99)
    expect(board.update(provenAt(9, 0.8), provenAt(5))).toBe(false)
    agreement = { paths: 2, asked: 3 }
    expect(board.update(provenAt(9, 0.99), provenAt(5))).toBe(true)
    expect(board.optimistic.value).toMatchObject({ participation: 0.99, agreement: { paths: 2, asked: 3 } })
    expect(told()).toEqual([9])
  })

  it('withholds a head until enough independent paths confirmed it, but never the checkpoint', () => {
    const { board } = create({ minAgreement: 2 })
    const checkpoint = { ...provenAt(5), trusted: true }
    board.update(checkpoint, checkpoint)
    expect(board.optimistic.value?.slot).toBe(5)
    board.update(provenAt(9), checkpoint)
    expect(board.optimistic.value?.slot).toBe(5)
    expect(board.withheld).toMatchObject({ slot: 9, because: 'agreement', paths: 1, wanted: 2 })
    agreement = { paths: 2, asked: 2 }
    board.update(provenAt(9), checkpoint)
    expect(board.optimistic.value?.slot).toBe(9)
  })

  it('shows the newest head that is confirmed although a newer one is not yet, and keeps eight that may be', () => {
    const { board } = create({ minAgreement: 2 })
    const final = { ...provenAt(1), trusted: true }
    const roots = new Map<number, string>()
    const unconfirmed = createHeads(mainnet, {
      minParticipation: 0,
      minAgreement: 1,
      agreementOf: () => agreement,
      now: () => 0,
    })
    unconfirmed.optimistic.watch((head) => head && roots.set(head.slot, head.root))
    for (let slot = 2; slot <= 12; slot++) {
      unconfirmed.update(provenAt(slot), final)
      board.update(provenAt(slot), final)
    }
    const isVerified = (slot: number): boolean => board.isVerified(roots.get(slot) as `0x${string}`)
    expect([4, 5, 12].map(isVerified)).toEqual([false, true, true])
    confirmed = roots.get(11)
    expect(board.update(provenAt(12), final)).toBe(true)
    expect(board.optimistic.value?.slot).toBe(11)
    expect(board.withheld).toMatchObject({ slot: 12, because: 'agreement' })
    board.rollBack(final, final)
    expect([11, 12].map(isVerified)).toEqual([false, false])
  })

  it('shows a head that fewer than two thirds signed as such, until two thirds signed one of its slot', () => {
    const { board } = create({ minParticipation: 0.5 })
    expect(board.showWeak(provenAt(9, 0.4))).toBe(false)
    expect(board.showWeak(provenAt(9, 0.6))).toBe(true)
    expect(board.optimistic.value).toMatchObject({ slot: 9, supermajority: false })
    expect(board.finalized.value).toBeUndefined()
    board.update(provenAt(9, 0.9, 77), provenAt(5))
    expect(board.optimistic.value).toMatchObject({ slot: 9, supermajority: true, participation: 0.9 })
    expect(board.showWeak(provenAt(9, 0.6))).toBe(false)
  })

  it('takes heads back that rested on what proved forged', () => {
    const { board } = create()
    board.update(provenAt(9), provenAt(5))
    board.rollBack(provenAt(7), provenAt(3))
    expect([board.optimistic.value?.slot, board.finalized.value?.slot]).toEqual([7, 3])
    board.rollBack(undefined, undefined)
    expect([board.optimistic.value, board.finalized.value]).toEqual([undefined, undefined])
  })
})
