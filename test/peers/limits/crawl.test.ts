import { describe, expect, it } from 'vitest'
import { startCrawl } from '../../../src/peers/limits/crawl.ts'
import { seededRandom } from '../../kit/seeded-random.ts'
import { nodesOf, recruitIn, type WorldNode } from '../dialing/fake-network.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function seedIn(nodes: readonly WorldNode[]) {
  const world = recruitIn(nodes, { target: 3, maxOutbound: 3 })
  const stop = startCrawl({ clock: world.clock, random: seededRandom(5), dialFeeler: world.recruiter.dialFeeler })
  const reachedSince = (ms: number): number =>
    [...world.book.entries()].filter(({ succeededAtMs = 0 }) => world.clock.now() - succeededAtMs < ms).length
  return { ...world, stop, reachedSince }
}

describe('a seed', () => {
  it('reaches every peer that it learns of, and holds no more than it wants', async () => {
    const seed = seedIn(nodesOf(40, (n) => ({ dead: n >= 30 })))
    let most = 0
    for (let minute = 0; minute < 30; minute++) {
      await seed.clock.advance(MINUTE_MS)
      most = Math.max(most, seed.connected.size)
    }
    expect([...seed.book.entries()].filter(({ table }) => table === 'old')).toHaveLength(30)
    expect(most).toBeLessThanOrEqual(4)
    expect(seed.left.every((line) => line.endsWith('verification dial finished'))).toBe(true)
    seed.stop()
    await seed.recruiter.stop()
  })

  it('reaches everyone again within seven hours, those that it holds included', async () => {
    const seed = seedIn(nodesOf(20))
    await seed.clock.advance(26 * HOUR_MS)
    expect(seed.reachedSince(7 * HOUR_MS)).toBe(20)
    seed.stop()
    await seed.recruiter.stop()
  })

  it('no longer counts as reached anyone who has gone', async () => {
    const nodes = nodesOf(20)
    const seed = seedIn(nodes)
    await seed.clock.advance(HOUR_MS)
    for (const node of nodes.slice(0, 10)) {
      node.dead = true
      seed.lose(node.id, { readyMs: HOUR_MS })
    }
    await seed.clock.advance(24 * HOUR_MS)
    expect(seed.reachedSince(24 * HOUR_MS)).toBe(10)
    seed.stop()
    await seed.recruiter.stop()
    expect(seed.clock.pending).toBe(0)
  })
})
