import { describe, expect, it } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import type { Agreement } from '../../src/light-client/agreement.ts'
import { createHeadBoard } from '../../src/light-client/head-board.ts'
import type { Head } from '../../src/light-client/types.ts'
import type { ProvenHeader } from '../../src/light-client/verified-state.ts'

function provenAt(slot: number, participation = 1, fill = slot): ProvenHeader {
  const root = new Uint8Array(32).fill(fill)
  const beacon = { slot, proposerIndex: 0, parentRoot: root, stateRoot: root, bodyRoot: root }
  return { header: { beacon }, participation }
}

describe('the board of heads', () => {
  let agreement: Agreement = { paths: 1, asked: 1 }
  function create(options: { minParticipation?: number; minAgreement?: number } = {}) {
    agreement = { paths: 1, asked: 1 }
    const board = createHeadBoard(mainnet, {
      minParticipation: 2 / 3,
      minAgreement: 1,
      ...options,
      agreementOf: () => agreement,
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
