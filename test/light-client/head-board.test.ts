import { describe, expect, it } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import { createHeadBoard } from '../../src/light-client/head-board.ts'
import type { ProvenHeader } from '../../src/light-client/verified-store.ts'

function provenAt(slot: number, participation = 1): ProvenHeader {
  const root = new Uint8Array(32).fill(slot)
  const beacon = { slot, proposerIndex: 0, parentRoot: root, stateRoot: root, bodyRoot: root }
  return { header: { beacon }, participation }
}

describe('the board of heads', () => {
  const create = () => createHeadBoard(mainnet, { minParticipation: 2 / 3, now: () => 0 })

  it('never goes back to an older head by itself', () => {
    const board = create()
    board.update(provenAt(9), provenAt(5))
    expect(board.update(provenAt(8), provenAt(4))).toBe(false)
    expect([board.optimistic.value?.slot, board.finalized.value?.slot]).toEqual([9, 5])
  })

  it('withholds a head signed by too few', () => {
    const board = create()
    board.update(provenAt(9, 0.6), provenAt(5))
    expect(board.optimistic.value?.slot).toBe(5)
  })

  it('takes heads back that rested on what proved forged', () => {
    const board = create()
    board.update(provenAt(9), provenAt(5))
    board.takeBack(provenAt(7), provenAt(3))
    expect([board.optimistic.value?.slot, board.finalized.value?.slot]).toEqual([7, 3])
    board.takeBack(undefined, undefined)
    expect([board.optimistic.value, board.finalized.value]).toEqual([undefined, undefined])
  })
})
