import { describe, expect, it } from 'vitest'
import type { PeerView } from '../../src/peers/types.ts'
import { leastUseful, type PeerFacts } from '../../src/peers/usefulness.ts'

const NOW_MS = 1_800_000_000_000

type About = Omit<Partial<PeerFacts>, 'view'> & { readonly view?: Partial<PeerView> }

function factsOf(id: string, about: About = {}): PeerFacts {
  const view: PeerView = {
    id,
    address: '/ip4/5.6.7.8/tcp/9000',
    direction: 'inbound',
    persistent: false,
    protocols: [],
    score: 0,
    connectedAtMs: NOW_MS - 3_600_000,
    ...about.view,
  }
  return { methods: 1, meshes: 0, ...about, view }
}

const idsOf = (peers: readonly PeerFacts[]): string[] => peers.map(({ view }) => view.id)

describe('whom to part from', () => {
  it('is whoever offers nothing, before whoever has a bad score, before whoever serves', () => {
    const peers = [
      factsOf('serves', { servedAtMs: NOW_MS - 1000 }),
      factsOf('bad score', { view: { score: -40 } }),
      factsOf('offers nothing', { methods: 0 }),
      factsOf('in a mesh', { meshes: 2 }),
    ]
    expect(idsOf(leastUseful(peers, 2, NOW_MS))).toEqual(['offers nothing', 'bad score'])
  })

  it('is one of a crowd rather than one that stands alone', () => {
    const peers = [
      factsOf('alone', { group: '1.1' }),
      factsOf('a', { group: '2.2' }),
      factsOf('b', { group: '2.2' }),
      factsOf('c', { group: '2.2' }),
    ]
    expect(leastUseful(peers, 2, NOW_MS).every(({ group }) => group === '2.2')).toBe(true)
  })

  it('is nobody persistent, nobody in its first minute, and not the last that offers what is needed', () => {
    const peers = [
      factsOf('persistent', { methods: 0, view: { persistent: true } }),
      factsOf('newcomer', { methods: 0, view: { connectedAtMs: NOW_MS - 5000 } }),
      factsOf('the last', { methods: 2, view: { score: -40 } }),
    ]
    expect(leastUseful(peers, 3, NOW_MS)).toEqual([])
  })

  it('leaves a tenth of those that we dialed', () => {
    const peers = [
      factsOf('ours', { methods: 0, view: { direction: 'outbound' } }),
      ...Array.from({ length: 9 }, (_, n) => factsOf(`theirs ${n}`)),
    ]
    expect(idsOf(leastUseful(peers, 5, NOW_MS))).not.toContain('ours')
  })
})
