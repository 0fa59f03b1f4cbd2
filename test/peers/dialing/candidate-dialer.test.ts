import { describe, expect, it } from 'vitest'
import type { Candidate, CandidateSource } from '../../../src/platform/candidate-source.ts'
import { listSource, nodesOf, recruitIn, type WorldNode } from './fake-network.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe('dialing candidates', () => {
  it('reaches its target, and no more than it', async () => {
    const { clock, connected, recruiter, mostConnected } = recruitIn(nodesOf(100), { target: 12 })
    await clock.advance(10_000)
    expect(connected.size).toBe(12)
    expect(mostConnected).toBeLessThanOrEqual(12)
    await recruiter.stop()
  })

  it('keeps its target among five hundred nodes of which most are dead and the others send it away after half a minute', async () => {
    const world = recruitIn(
      nodesOf(500, (n) => (n % 3 === 0 ? { lease: { ms: 30_000, goodbye: 129 } } : { dead: true })),
      { target: 8 },
    )
    await world.clock.advance(MINUTE_MS)
    let worst = world.connected.size
    for (let minute = 0; minute < 10; minute++) {
      await world.clock.advance(15_000)
      worst = Math.min(worst, world.connected.size)
    }
    expect(worst).toBeGreaterThanOrEqual(4)
    await world.recruiter.stop()
  })

  it('leaves alone for ten minutes anyone who said that it has too many peers, and for half a day anyone who banned it', async () => {
    const busy = recruitIn(nodesOf(3, () => ({ lease: { ms: 1000, goodbye: 129 } })))
    await busy.clock.advance(8 * MINUTE_MS)
    expect([...busy.dials.values()]).toEqual([1, 1, 1])
    await busy.clock.advance(5 * MINUTE_MS)
    expect([...busy.dials.values()]).toEqual([2, 2, 2])
    await busy.recruiter.stop()
    const unwelcome = recruitIn(nodesOf(3, () => ({ lease: { ms: 1000, goodbye: 251 } })))
    await unwelcome.clock.advance(11 * HOUR_MS)
    expect([...unwelcome.dials.values()]).toEqual([1, 1, 1])
    await unwelcome.recruiter.stop()
  })

  it('dials a lost peer again after a minute when the connection had held', async () => {
    const { clock, dials, recruiter } = recruitIn(nodesOf(1, () => ({ lease: { ms: 30_000 } })))
    await clock.advance(50_000)
    expect(dials.get('node-0')).toBe(1)
    await clock.advance(60_000)
    expect(dials.get('node-0')).toBe(2)
    await recruiter.stop()
  })

  it('dials ever more seldom at a world in which nobody answers', async () => {
    const world = recruitIn(nodesOf(20, () => ({ dead: true })))
    await world.clock.advance(HOUR_MS)
    expect(Math.max(...world.dials.values())).toBeLessThanOrEqual(12)
    await world.recruiter.stop()
  })

  it('gives up for a day on anyone who could not be reached three times, while others can be', async () => {
    const world = recruitIn(nodesOf(6, (n) => ({ dead: n > 0 })))
    await world.clock.advance(HOUR_MS)
    // One more for those that were tried before anybody was connected.
    const most = Math.max(...world.dials.values())
    expect(most).toBeLessThanOrEqual(4)
    await world.clock.advance(20 * HOUR_MS)
    expect(Math.max(...world.dials.values())).toBe(most)
    await world.clock.advance(6 * HOUR_MS)
    expect(Math.max(...world.dials.values())).toBe(most + 1)
    await world.recruiter.stop()
  })

  it.each(['reached before', 'never reached'])('comes back to peers %s when the network heals', async (which) => {
    const nodes = nodesOf(40, () => ({ dead: which === 'never reached' }))
    const world = recruitIn(nodes, { target: 8 })
    await world.clock.advance(10_000)
    expect(world.connected.size).toBe(which === 'never reached' ? 0 : 8)
    for (const node of nodes) node.dead = true
    for (const id of [...world.connected.keys()]) world.lose(id, { readyMs: 10_000 })
    await world.clock.advance(3 * HOUR_MS)
    expect(world.connected.size).toBe(0)
    for (const node of nodes) node.dead = false
    await world.clock.advance(15 * MINUTE_MS)
    expect(world.connected.size).toBe(8)
    await world.recruiter.stop()
  })

  it('counts those as reached that are kept by other means, where they were dialed; and nobody who dialed us', async () => {
    const nodes = nodesOf(4)
    const world = recruitIn([], { target: 0, sources: [] })
    for (const { id, address } of nodes) world.book.add({ id, addresses: [address] }, { group: 'records' })
    const [kept, elsewhere, inbound] = nodes as [WorldNode, WorldNode, WorldNode]
    world.meet({ ...kept, address: `${kept.address}/p2p/${kept.id}` })
    world.meet({ ...elsewhere, address: '/ip4/91.1.1.1/tcp/1' })
    world.meet(inbound, 'inbound')
    await world.clock.advance(1)
    expect(nodes.map(({ id }) => world.book.get(id)?.table)).toEqual(['old', 'new', 'new', 'new'])
    await world.recruiter.stop()
  })

  it('leaves a peer that offers nothing it needs, and does not come back within the day', async () => {
    const nodes = nodesOf(30, (n) => ({ protocols: n % 3 === 0 ? ['light-client'] : [] }))
    const world = recruitIn(nodes, { target: 5, isUseful: ({ protocols }) => protocols.includes('light-client') })
    await world.clock.advance(5 * MINUTE_MS)
    expect(world.connected.size).toBe(5)
    expect([...world.connected.keys()].every((id) => Number(id.slice(5)) % 3 === 0)).toBe(true)
    expect(world.left.length).toBeGreaterThan(0)
    await world.clock.advance(20 * HOUR_MS)
    for (const gone of world.left) expect(world.dials.get(gone.split(':')[0]!)).toBe(1)
    await world.recruiter.stop()
  })

  it('has up to that many of one network group, although a crowd of it is on offer', async () => {
    const crowd = nodesOf(200, (n) => (n < 180 ? { address: `/ip4/66.6.3.${n}/tcp/9000` } : {}))
    const { clock, connected, recruiter } = recruitIn(crowd, { target: 20, maxPerSubnet: 2 })
    await clock.advance(5 * MINUTE_MS)
    const crowded = [...connected.values()].filter(({ view }) => view.address.startsWith('/ip4/66.6'))
    expect(crowded.length).toBeLessThanOrEqual(2)
    expect(connected.size).toBeGreaterThan(15)
    await recruiter.stop()
  })

  it('dials no more at once than allowed', async () => {
    const { clock, recruiter } = recruitIn(nodesOf(100), { target: 50, maxDialing: 4 })
    await clock.advance(200)
    expect(recruiter.dialing).toBeLessThanOrEqual(4)
    await recruiter.stop()
  })

  it('never dials itself', async () => {
    const { clock, dials, recruiter } = recruitIn([{ id: 'self', address: '/ip4/5.6.7.8/tcp/9000' }])
    await clock.advance(MINUTE_MS)
    expect(dials.size).toBe(0)
    await recruiter.stop()
  })

  it('gives up the place of a peer that is to be replaced to another', async () => {
    const world = recruitIn(nodesOf(20), { target: 3 })
    await world.clock.advance(10_000)
    const [first] = world.connected.keys()
    await world.recruiter.replace(first!, 'a better one is known')
    await world.clock.advance(10_000)
    expect(world.connected.size).toBe(3)
    expect(world.connected.has(first!)).toBe(false)
    await world.recruiter.stop()
  })
})

it('gives the place of a peer that is replaced to each that was listed in turn, however many one of them reports', async () => {
  const listed = nodesOf(3, (n) => ({ id: `listed-${n}` }))
  const told = nodesOf(100, (n) => ({ id: `told-${n}`, address: `/ip4/99.${n}.3.1/tcp/9000` }))
  const world = recruitIn([...listed, ...told], {
    target: 1,
    sources: [listSource(listed), listSource(told, listed[0]!.address)],
  })
  await world.clock.advance(MINUTE_MS)
  const seen: string[] = []
  for (let turn = 0; turn < 9; turn++) {
    const [present] = world.connected.keys()
    await world.recruiter.replace(present!, 'rotated out')
    await world.clock.advance(12 * MINUTE_MS)
    seen.push(...world.connected.keys())
  }
  for (const id of ['listed-1', 'listed-2']) expect(seen.filter((one) => one === id)).toHaveLength(3)
  await world.recruiter.stop()
})

it('unknown peers that dial it take no place of those that it chooses', async () => {
  const world = recruitIn(nodesOf(40), { target: 8 })
  for (const stranger of nodesOf(60, (n) => ({ id: `stranger-${n}`, address: `/ip4/99.${n}.3.1/tcp/9000` }))) {
    world.meet(stranger, 'inbound')
  }
  await world.clock.advance(MINUTE_MS)
  const chosen = [...world.connected.values()].filter(({ view }) => view.direction === 'outbound')
  expect(chosen).toHaveLength(8)
  await world.recruiter.stop()
})

describe('filling the address book', () => {
  it('asks one that it dialed for others when it knows few through it, however many it knows through others', async () => {
    const known = nodesOf(60)
    const asked: string[] = []
    const source: CandidateSource = {
      ...listSource(known),
      async *candidatesOf(peerId): AsyncGenerator<Candidate> {
        asked.push(peerId)
        const { address } = known.find(({ id }) => id === peerId)!
        yield { peerId: `friend of ${peerId}`, addresses: ['/ip4/99.1.3.1/tcp/9000'], sourceAddress: address }
      },
    }
    const { clock, book, connected, recruiter } = recruitIn(known, { target: 1, pool: 50, sources: [source] })
    await clock.advance(MINUTE_MS)
    const [peerId] = [...connected.keys()]
    expect(asked).toEqual([peerId])
    expect(book.get(`friend of ${peerId}`)?.origin).toBe(book.get(peerId!)?.origin)
    await recruiter.stop()
  })

  it('pulls no more from a source than are wanted, and again when the stock is used up', async () => {
    const source = listSource(nodesOf(400))
    const { clock, book, recruiter } = recruitIn([], { target: 0, pool: 50, sources: [source] })
    await clock.advance(MINUTE_MS)
    expect(book.size).toBe(50)
    expect(source.pulled).toBe(50)
    await recruiter.stop()
  })

  it('goes on with the other sources when one fails, and asks that one again later, ever more seldom', async () => {
    let asked = 0
    const failing = {
      name: 'failing',
      // biome-ignore lint/correctness/useYield: it fails before it reports anybody
      async *candidates(): AsyncGenerator<Candidate> {
        asked++
        throw new Error('no')
      },
    }
    const nodes = nodesOf(20)
    const { clock, connected, recruiter } = recruitIn(nodes, { target: 5, sources: [failing, listSource(nodes)] })
    await clock.advance(10_000)
    expect(connected.size).toBe(5)
    await clock.advance(HOUR_MS)
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThan(20)
    await recruiter.stop()
  })

  it('takes no more than a third of what it knows from one source', async () => {
    const honest = listSource(nodesOf(60))
    const liar = listSource(
      nodesOf(1000, (n) => ({ id: `liar-${n}` })),
      '/ip4/66.6.6.6/tcp/9000',
    )
    const { clock, book, recruiter } = recruitIn([], { target: 0, sources: [honest, liar] })
    await clock.advance(10 * MINUTE_MS)
    const told = [...book.entries()].filter(({ id }) => id.startsWith('liar')).length
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThanOrEqual(book.size / 3 + 1)
    await recruiter.stop()
  })
})

it('a candidate dialer that is stopped leaves no timer, dial or pull behind, and can be stopped again', async () => {
  const { clock, connected, recruiter } = recruitIn(
    nodesOf(100, () => ({ dead: true })),
    { target: 20 },
  )
  await clock.advance(300)
  await Promise.all([recruiter.stop(), recruiter.stop()])
  expect(recruiter.dialing).toBe(0)
  await clock.advance(100)
  expect(clock.pending).toBe(0)
  expect(connected.size).toBe(0)
})
