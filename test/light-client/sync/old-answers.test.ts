import { expect, it } from 'vitest'
import { createOldAnswers } from '../../../src/light-client/sync/old-answers.ts'

function setUp() {
  const state = { slot: 100, score: 0 as number | undefined, lowered: 0 }
  const answers = createOldAnswers({
    currentSlot: () => state.slot,
    maxBehindSlots: 4,
    scoreOf: () => state.score,
    lower: () => state.lowered++,
  })
  /** The peer answers, and a slot passes. */
  function answer(slot: number, newestSlot: number): void {
    answers.note('peer', slot, newestSlot)
    state.slot++
  }
  return { state, answers, answer }
}

it('a peer that answers with old heads in three slots loses score, each three slots anew', () => {
  const { state, answer } = setUp()
  for (let round = 0; round < 2; round++) answer(50, 99)
  expect(state.lowered).toBe(0)
  answer(50, 99)
  expect(state.lowered).toBe(1)
  for (let round = 0; round < 3; round++) answer(50, 99)
  expect(state.lowered).toBe(2)
})

it('a current answer in between, or a chain that stands still, costs nothing', () => {
  const { state, answer } = setUp()
  for (let round = 0; round < 6; round++) answer(round % 2 === 0 ? 50 : 99, 99)
  for (let round = 0; round < 6; round++) answer(50, 54)
  expect(state.lowered).toBe(0)
})

it('several answers in one slot count once', () => {
  const { state, answers } = setUp()
  for (let round = 0; round < 9; round++) answers.note('peer', 50, 99)
  expect(state.lowered).toBe(0)
})

it('a peer that is behind is not banned for it, and one that has left is left alone', () => {
  const { state, answer } = setUp()
  for (const score of [-10, undefined]) {
    state.score = score
    for (let round = 0; round < 6; round++) answer(50, 99)
  }
  expect(state.lowered).toBe(0)
})
