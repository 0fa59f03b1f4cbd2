import { describe, expect, it } from 'vitest'
import { createClientWorld } from './client-network.ts'
import { tell } from './report.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const limits = { target: 10, maxOutbound: 10, pool: 500 }

/** Of a hundred nodes, forty are gone, twenty-four are full, twelve refuse us, and twenty-four serve for half a minute. */
function beaconNodes(seed: number, count: number) {
  const world = createClientWorld(seed)
  const population = [
    world.nodes('dead', count * 0.4, { online: false }),
    world.nodes('full', count * 0.24, { manner: 'full' }),
    world.nodes('banning', count * 0.12, { manner: 'banning' }),
    world.nodes('serving', count * 0.24, { leaseMs: 30_000 }),
  ].flat()
  const order = new Map(population.map((node) => [node, world.net.random()]))
  return { ...world, population: population.sort((a, b) => order.get(a)! - order.get(b)!) }
}

describe('among beacon nodes as they are', () => {
  it.each([1, 2, 3])(
    'is not for a whole slot without somebody to hear heads from, although all send it away after half a minute, seed %s',
    async (seed) => {
      const { net, start, watch, population } = beaconNodes(seed, 2_000)
      const client = start({ seeds: population.slice(0, 20), population, limits })
      await net.clock.advance(2 * MINUTE_MS)
      const { mean, longestWithout } = await watch(client, HOUR_MS)
      tell('leases of 30 s', {
        mean: mean.serving,
        secondsWithout: longestWithout.serving,
        dialsAMinute: net.counts.dials / 62,
      })
      expect(mean.serving).toBeGreaterThan(7)
      expect(longestWithout.serving).toBeLessThan(12)
      await client.stop()
    },
  )

  it('rarely is without anybody where so few serve that all of them remember it', async () => {
    const { net, start, watch, population } = beaconNodes(3, 500)
    const client = start({ seeds: [], population, limits })
    await net.clock.advance(2 * MINUTE_MS)
    const { mean, present, longestWithout } = await watch(client, 2 * HOUR_MS)
    tell('leases of 30 s, few serve', {
      present: present.serving,
      mean: mean.serving,
      secondsWithout: longestWithout.serving,
    })
    expect(present.serving).toBeGreaterThan(0.9)
    await client.stop()
  })

  it('is not spun by a world in which nobody is there, and finds everybody when they come back', async () => {
    const { net, nodes, start } = createClientWorld(4)
    const all = nodes('peer', 200, { online: false })
    const client = start({ seeds: all, limits: { target: 50, maxOutbound: 50, pool: 500 } })
    await net.clock.advance(HOUR_MS)
    const first = { dials: net.counts.dials, timers: net.clock.fired }
    await net.clock.advance(HOUR_MS)
    const second = { dials: net.counts.dials - first.dials, timers: net.clock.fired - first.timers }
    tell('nobody there, first and second hour', { first, second })
    expect(second.dials / 200).toBeLessThan(10)
    expect(second.timers).toBeLessThan(second.dials * 4 + 2_000)
    for (const node of all) node.online = true
    await net.clock.advance(15 * MINUTE_MS)
    expect(client.connected()).toHaveLength(50)
    await client.stop()
  })

  it('is not spun by peers that take it in and drop it at once', async () => {
    const { net, nodes, start } = createClientWorld(5)
    const client = start({
      seeds: nodes('dropping', 100, { leaseMs: 10 }),
      limits: { target: 50, maxOutbound: 50, pool: 500 },
    })
    await net.clock.advance(HOUR_MS)
    tell('dropped at once, an hour', { dials: net.counts.dials, timers: net.clock.fired })
    expect(net.counts.dials / 100).toBeLessThan(15)
    expect(net.clock.fired).toBeLessThan(net.counts.dials * 6 + 2_000)
    await client.stop()
  })
})
