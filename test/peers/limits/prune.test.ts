import { describe, expect, it } from 'vitest'
import type { PeerStats } from '../../../src/peers/limits/peer-value.ts'
import { beyondLimits, startPruning } from '../../../src/peers/limits/prune.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { crowd, factsOf, idsOf, NOW_MS } from './stats.ts'

const outbound = { view: { direction: 'outbound' } } as const

describe('peers beyond the limits', () => {
  it('are none as long as the limits hold', () => {
    expect(beyondLimits(crowd(10), { all: 10, inbound: 10 }, NOW_MS)).toEqual([])
  })

  it('are inbound ones where too many dialed us, however useless those are that we dialed', () => {
    const peers = [...crowd(12), ...crowd(4, () => ({ methods: 0, ...outbound }))]
    const parted = beyondLimits(peers, { all: 100, inbound: 10 }, NOW_MS)
    expect(parted).toHaveLength(2)
    expect(parted.every(({ view }) => view.direction === 'inbound')).toBe(true)
  })

  it('are the least valuable of all where they are too many in all', () => {
    const ours = crowd(3, () => ({ methods: 2, ...outbound }))
    const peers = [...crowd(7), factsOf('useless', { methods: 0, ...outbound }), ...ours]
    expect(idsOf(beyondLimits(peers, { all: 10, inbound: 10 }, NOW_MS))).toEqual(['useless'])
  })

  it('are a fifth of the limit at the most', () => {
    expect(beyondLimits(crowd(90), { all: 50, inbound: 50 }, NOW_MS)).toHaveLength(10)
  })

  it('do not come from unconditional and persistent peers, which do not count either', () => {
    const exempt = [
      ...crowd(20, () => ({ unconditional: true, methods: 0 })),
      ...crowd(20, () => ({ methods: 0, view: { persistent: true } })),
    ]
    expect(beyondLimits([...exempt, ...crowd(10)], { all: 10, inbound: 10 }, NOW_MS)).toEqual([])
    const parted = beyondLimits([...exempt, ...crowd(12)], { all: 10, inbound: 10 }, NOW_MS)
    expect(parted.every(({ view, unconditional }) => !view.persistent && !unconditional)).toBe(true)
    expect(parted).toHaveLength(2)
  })
})

describe('pruning', () => {
  it('says that there are too many to those that dialed us, and a plain goodbye to those that we dialed', async () => {
    const clock = createFakeClock(NOW_MS)
    let peers: readonly PeerStats[] = [
      ...crowd(7, () => ({ methods: 3 })),
      factsOf('theirs'),
      factsOf('ours', { methods: 0, ...outbound }),
      factsOf('ours too', { methods: 4, ...outbound }),
      factsOf('and this', { methods: 4, ...outbound }),
    ]
    const left: [string, number][] = []
    const stop = startPruning({
      clock,
      limits: { all: 9, inbound: 9 },
      stats: () => peers,
      async disconnect(id, _reason, code) {
        left.push([id, code])
        peers = peers.filter(({ view }) => view.id !== id)
      },
    })
    await clock.advance(30_000)
    expect(left).toEqual([['ours', 1]])
    await clock.advance(30_000)
    expect(left.at(-1)).toEqual(['theirs', 129])
    await clock.advance(3_600_000)
    expect(left).toHaveLength(2)
    stop()
    expect(clock.pending).toBe(0)
  })
})
