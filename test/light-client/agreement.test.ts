import { describe, expect, it } from 'vitest'
import { createAgreementTracker } from '../../src/light-client/agreement.ts'

const head = '0x0a' as const
const older = '0x0b' as const

describe('the agreement on a head', () => {
  function create() {
    let slot = 10
    const pathOf = (peer: string): string => (peer.startsWith('minted') ? 'bootnode' : peer)
    const tracker = createAgreementTracker({ pathOf, currentSlot: () => slot })
    return {
      tracker,
      at: (next: number) => {
        slot = next
      },
    }
  }

  it('counts a bootnode once, however many peers and tunnels lie behind it', () => {
    const { tracker } = create()
    for (let index = 0; index < 30; index++) tracker.note(`minted ${index}`, [head])
    expect(tracker.of(head, 9)).toEqual({ paths: 1, asked: 1 })
    tracker.note('own node', [head])
    expect(tracker.of(head, 9)).toEqual({ paths: 2, asked: 2 })
  })

  it('counts as asked who reported another head since, and nobody who reported one before', () => {
    const { tracker, at } = create()
    tracker.note('long ago', [older])
    at(20)
    tracker.note('lagging', [older])
    tracker.note('current', [head])
    expect(tracker.of(head, 19)).toEqual({ paths: 1, asked: 2 })
  })

  it('names the senders of a header, the first ones first, sixteen at most', () => {
    const { tracker } = create()
    for (let index = 0; index < 20; index++) tracker.note(`peer ${index}`, [head])
    expect(tracker.sendersOf(head)).toHaveLength(16)
    expect(tracker.sendersOf(head)[0]).toBe('peer 0')
    expect(tracker.sendersOf('0xff')).toEqual([])
  })

  it('forgets the oldest heads', () => {
    const { tracker } = create()
    tracker.note('peer', [head])
    for (let index = 0; index < 200; index++) tracker.note('peer', [`0x${index.toString(16)}` as `0x${string}`])
    expect(tracker.of(head, 9).paths).toBe(0)
  })
})
