import { describe, expect, it } from 'vitest'
import { type ClientWorld, createClientWorld } from './client-network.ts'
import { tell } from './report.ts'
import { reachedEntry } from './sim-client.ts'
import type { SimNode } from './sim-net.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Reports nodes of the list by chance. */
function tellsOf(list: () => readonly SimNode[], random: () => number): SimNode['tells'] {
  return (_asker, limit) =>
    list()
      .map((node) => ({ node, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, limit)
      .map(({ node }) => node)
}

describe('an honest peer stays connected', () => {
  it.each([1, 2])('where half of all nodes are one attacker with five parts of the network, seed %s', async (seed) => {
    const { net, nodes, start, watch } = createClientWorld(seed)
    const all: SimNode[] = []
    const honest = nodes('honest', 200, { tells: tellsOf(() => all, net.random) })
    const sybils = nodes('sybil', 200, {
      groups: 5,
      tells: (asker, limit) => tellsOf(() => sybils, net.random)(asker, limit),
    })
    all.push(...honest, ...sybils)
    const client = start({ seeds: honest.slice(0, 2) })
    await net.clock.advance(5 * MINUTE_MS)
    const { least, mean } = await watch(client, 2 * HOUR_MS)
    tell('half are sybils', { leastHonest: least.honest, honest: mean.honest, sybil: mean.sybil })
    expect(least.honest).toBeGreaterThanOrEqual(3)
    expect(mean.honest).toBeGreaterThan(4)
    await client.stop()
  })

  it('where liars report ten thousand addresses at which nobody is', async () => {
    const { net, nodes, start, watch } = createClientWorld(3)
    const honest = nodes('honest', 100, { tells: (asker, limit) => tellsOf(() => honest, net.random)(asker, limit) })
    const poison = nodes('poison', 10_000, { online: false })
    const liars = nodes('liar', 20, { groups: 4, tells: tellsOf(() => poison, net.random) })
    const client = start({ seeds: [...honest.slice(0, 2), ...liars.slice(0, 6)], limits: { pool: 500 } })
    await net.clock.advance(10 * MINUTE_MS)
    const { least, mean } = await watch(client, HOUR_MS)
    const known = [...client.book.entries()]
    const poisoned = known.filter(({ id }) => id.startsWith('poison')).length / known.length
    tell('a poisoned book', { leastHonest: least.honest, honest: mean.honest, poisoned, known: known.length })
    expect(least.honest).toBeGreaterThanOrEqual(2)
    await client.stop()
  })

  it('where eight of ten doors open and then nobody says a word', async () => {
    const { net, nodes, start, watch } = createClientWorld(6)
    const client = start({
      seeds: [...nodes('silent', 400, { manner: 'silent' }), ...nodes('honest', 100)],
      limits: { pool: 500 },
    })
    await net.clock.advance(2 * MINUTE_MS)
    const { least, mean } = await watch(client, HOUR_MS)
    tell('slow-loris dials', { leastHonest: least.honest, honest: mean.honest, dials: net.counts.dials })
    expect(least.honest).toBeGreaterThanOrEqual(4)
    await client.stop()
  })
})

/** All of them dial for as long as the work lasts. */
async function besieged<T>(
  { net, me }: ClientWorld,
  attackers: readonly SimNode[],
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  for (const attacker of attackers) {
    const again = (): void => {
      if (over.signal.aborted) return
      net.dial(attacker, me.id, over.signal).catch(() => {})
      net.clock.setTimer(again, MINUTE_MS)
    }
    net.clock.setTimer(again, net.random() * MINUTE_MS)
  }
  try {
    return await work()
  } finally {
    over.abort()
  }
}

const stays = {
  stay: {},
  'stay, and report nobody, as beacon nodes do': { tells: () => [] },
  'send it away after half a minute': { leaseMs: 30_000 },
} as const

describe('a client is not without an honest peer for more than a few minutes', () => {
  it.each([
    [3, 'stay', 1, 60],
    [1, 'stay', 1, 180],
    [1, 'stay', 2, 180],
    [1, 'stay, and report nobody, as beacon nodes do', 1, 180],
    [1, 'stay, and report nobody, as beacon nodes do', 2, 180],
    [3, 'send it away after half a minute', 1, 180],
    [1, 'send it away after half a minute', 1, 240],
  ] as const)(
    'that starts afresh with %i honest nodes of ten, which %s, while three hundred of an attacker dial it and report each other, seed %i',
    async (honestSeeds, how, seed, mostSeconds) => {
      const world = createClientWorld(seed)
      const { net, nodes, start, watch } = world
      const honest = nodes('honest', 60, {
        tells: (asker, limit) => tellsOf(() => honest, net.random)(asker, limit),
        ...stays[how],
      })
      const attackers = nodes('attacker', 300, {
        groups: 30,
        maxInbound: 1_000,
        tells: (asker, limit) => tellsOf(() => attackers, net.random)(asker, limit),
      })
      const list = [...honest.slice(0, honestSeeds), ...attackers.slice(0, 10 - honestSeeds)]
      const client = start({ seeds: tellsOf(() => list, net.random)(world.me, list.length) })
      const { mean, longestWithout } = await besieged(world, attackers, async () => {
        await net.clock.advance(5 * MINUTE_MS)
        return watch(client, HOUR_MS)
      })
      tell(`eclipse of a fresh client, ${honestSeeds} of 10 honest, which ${how}`, {
        honest: mean.honest,
        attacker: mean.attacker,
        secondsWithout: longestWithout.honest,
      })
      expect(longestWithout.honest).toBeLessThan(mostSeconds)
      await client.stop()
    },
  )

  it.each([
    ['stay', 5, 1, 1],
    ['send it away after half a minute', 5, 0, 150],
    ['send it away after half a minute', 6, 0, 150],
  ] as const)(
    'that comes back with its address book, whose honest nodes %s, while an attacker tells it of five hundred, seed %i',
    async (how, seed, fewest, mostSeconds) => {
      const { net, nodes, start, watch } = createClientWorld(seed)
      const honest = nodes('honest', 100, stays[how])
      const attackers = nodes('attacker', 500, {
        groups: 50,
        maxInbound: 1_000,
        tells: (asker, limit) => tellsOf(() => attackers, net.random)(asker, limit),
      })
      const client = start({
        seeds: attackers,
        stored: honest.map((node) => reachedEntry(net, node)),
        limits: { pool: 500 },
      })
      await net.clock.advance(MINUTE_MS)
      const { least, mean, longestWithout } = await watch(client, 4 * HOUR_MS)
      tell(`eclipse of a warm client, whose honest nodes ${how}`, {
        leastHonest: least.honest,
        honest: mean.honest,
        attacker: mean.attacker,
        secondsWithout: longestWithout.honest,
      })
      expect(least.honest).toBeGreaterThanOrEqual(fewest)
      expect(longestWithout.honest).toBeLessThan(mostSeconds)
      await client.stop()
    },
  )
})
