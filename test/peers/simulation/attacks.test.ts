import { describe, expect, it } from 'vitest'
import { createClientWorld } from './client-world.ts'
import { reachedEntry } from './sim-client.ts'
import type { SimNode } from './sim-net.ts'
import { tell } from './tell.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Tells of nodes of the list by chance. */
function tellsOf(list: () => readonly SimNode[], random: () => number): SimNode['tells'] {
  return (_asker, limit) =>
    list()
      .map((node) => ({ node, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, limit)
      .map(({ node }) => node)
}

describe('an honest peer stays connected', { timeout: 120_000 }, () => {
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

  it('where liars tell of ten thousand addresses at which nobody is', async () => {
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

describe('a client is not without an honest peer', { timeout: 120_000 }, () => {
  it.each([2, 4])(
    'for long in a client that starts afresh while three hundred nodes of an attacker dial it and each other, seed %s',
    async (seed) => {
      const { net, me, nodes, start, watch } = createClientWorld(seed)
      const honest = nodes('honest', 60, { tells: (asker, limit) => tellsOf(() => honest, net.random)(asker, limit) })
      const attackers = nodes('attacker', 300, {
        groups: 30,
        maxInbound: 1_000,
        tells: (asker, limit) => tellsOf(() => attackers, net.random)(asker, limit),
      })
      const client = start({ seeds: [...honest.slice(0, 3), ...attackers.slice(0, 7)] })
      const { mean, longestWithout } = await besieged(async () => watch(client, HOUR_MS), 5 * MINUTE_MS)
      tell('eclipse of a fresh client', {
        honest: mean.honest,
        attacker: mean.attacker,
        secondsWithout: longestWithout.honest,
      })
      expect(longestWithout.honest).toBeLessThan(20 * 60)
      await client.stop()

      /** All attackers dial for as long as the client is watched. */
      async function besieged<T>(work: () => Promise<T>, warmUpMs: number): Promise<T> {
        const over = new AbortController()
        for (const attacker of attackers) {
          const again = (): void => {
            if (over.signal.aborted) return
            net.dial(attacker, me.id, over.signal).catch(() => {})
            net.clock.setTimer(again, 60_000)
          }
          net.clock.setTimer(again, net.random() * 60_000)
        }
        await net.clock.advance(warmUpMs)
        const result = await work()
        over.abort()
        return result
      }
    },
  )

  it.each([
    ['stay', undefined, 1],
    ['send it away after half a minute', 30_000, 0],
  ])(
    'in a client that comes back with its address book, whose honest nodes %s, while an attacker tells it of five hundred',
    async (_, leaseMs, fewest) => {
      const { net, nodes, start, watch } = createClientWorld(5)
      const honest = nodes('honest', 100, leaseMs === undefined ? {} : { leaseMs })
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
      tell('eclipse of a warm client', {
        leastHonest: least.honest,
        honest: mean.honest,
        attacker: mean.attacker,
        secondsWithout: longestWithout.honest,
      })
      expect(least.honest).toBeGreaterThanOrEqual(fewest)
      expect(longestWithout.honest).toBeLessThan(20 * 60)
      await client.stop()
    },
  )
})
