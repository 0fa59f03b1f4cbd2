import { describe, expect, it } from 'vitest'
import { createRetries } from '../../../src/light-client/sync/retries.ts'

const peer = { id: 'peer' }
const newcomer = { id: 'newcomer' }

describe('when a question that nobody could answer is asked again', () => {
  function create(maxWait = 8) {
    let slot = 100
    const retries = createRetries({ currentSlot: () => slot }, () => maxWait)
    retries.begin('period 3')
    return {
      retries,
      at: (next: number) => {
        slot = next
      },
      slotsUntilDue() {
        const from = slot
        while (!retries.due([peer])) slot++
        return slot - from
      },
    }
  }

  it('is after 1, 2, 4 slots and so on, up to the longest wait', () => {
    const { retries, slotsUntilDue } = create()
    retries.noteAsked('peer')
    const waits = Array.from({ length: 6 }, () => {
      retries.noteRound(false)
      return slotsUntilDue()
    })
    expect(waits).toEqual([1, 2, 4, 8, 8, 8])
  })

  it('is at once of a peer that was not asked yet', () => {
    const { retries } = create()
    retries.noteAsked('peer')
    retries.noteRound(false)
    expect(retries.due([peer])).toBe(false)
    expect(retries.due([peer, newcomer])).toBe(true)
  })

  it('is at once where the question is another one, or the last one was answered', () => {
    const { retries } = create()
    retries.noteAsked('peer')
    retries.noteRound(false)
    retries.begin('period 3')
    expect(retries.due([peer])).toBe(false)
    retries.begin('period 4')
    expect(retries.due([peer])).toBe(true)
    retries.noteAsked('peer')
    retries.noteRound(false)
    retries.noteRound(true)
    expect(retries.due([peer])).toBe(true)
  })

  it('is not held up by a clock that was set back', () => {
    const { retries, at } = create()
    retries.noteAsked('peer')
    retries.noteRound(false)
    at(20)
    expect(retries.due([peer])).toBe(true)
  })

  it('is never while there is nobody to ask', () => {
    expect(create().retries.due([])).toBe(false)
  })
})
