import { describe, expect, it } from 'vitest'
import { lowestValuePeers } from '../../../src/peers/limits/peer-value.ts'
import { crowd, factsOf, idsOf, NOW_MS } from './stats.ts'

describe('peers to disconnect', () => {
  it('is anyone who offers nothing, before anyone who has a bad score, before anyone who serves', () => {
    const peers = [
      factsOf('serves', { lastServedAtMs: NOW_MS - 1000 }),
      factsOf('bad score', { view: { score: -40 } }),
      factsOf('offers nothing', { methods: 0 }),
      factsOf('in a mesh', { meshes: 2 }),
    ]
    expect(idsOf(lowestValuePeers(peers, 2, NOW_MS))).toEqual(['offers nothing', 'bad score'])
  })

  it('is one of a crowd rather than one that stands alone', () => {
    const peers = [
      factsOf('alone', { group: '1.1' }),
      factsOf('a', { group: '2.2' }),
      factsOf('b', { group: '2.2' }),
      factsOf('c', { group: '2.2' }),
    ]
    expect(lowestValuePeers(peers, 2, NOW_MS).every(({ group }) => group === '2.2')).toBe(true)
  })

  it('is nobody persistent, nobody in its first minute, and not the last that offers what is needed', () => {
    const peers = [
      factsOf('persistent', { methods: 0, view: { persistent: true } }),
      factsOf('newcomer', { methods: 0, view: { connectedAtMs: NOW_MS - 5000 } }),
      factsOf('the last', { methods: 2, view: { score: -40 } }),
    ]
    expect(lowestValuePeers(peers, 3, NOW_MS)).toEqual([])
  })

  it('leaves a tenth of those that we dialed', () => {
    const peers = [
      factsOf('ours', { methods: 0, view: { direction: 'outbound' } }),
      ...Array.from({ length: 9 }, (_, n) => factsOf(`theirs ${n}`)),
    ]
    expect(idsOf(lowestValuePeers(peers, 5, NOW_MS))).not.toContain('ours')
  })

  it('is nobody that no limit holds for', () => {
    const peers = [factsOf('unconditional', { methods: 0, unconditional: true }), ...crowd(3)]
    expect(idsOf(lowestValuePeers(peers, 4, NOW_MS))).not.toContain('unconditional')
  })

  it('spares the fifth that has been there longest and is useful, however much others offer', () => {
    const peers = [
      factsOf('old friend', { view: { connectedAtMs: NOW_MS - 86_400_000 } }),
      factsOf('old and useless', { methods: 0, view: { connectedAtMs: NOW_MS - 90_000_000 } }),
      ...crowd(8, () => ({ methods: 4, meshes: 2 })),
    ]
    const parted = idsOf(lowestValuePeers(peers, 8, NOW_MS))
    expect(parted[0]).toBe('old and useless')
    expect(parted).not.toContain('old friend')
  })
})
