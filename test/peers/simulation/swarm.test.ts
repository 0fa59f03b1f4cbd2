import { expect, it } from 'vitest'
import { tell } from './report.ts'
import { startSwarm } from './swarm.ts'

const MINUTE_MS = 60_000

it('five hundred nodes with churn reach their target and keep it, knowing three seeds at first', async () => {
  const swarm = await startSwarm(500, 1)
  await swarm.churn(MINUTE_MS, 0.5)
  const shares: number[] = []
  for (let minute = 0; minute < 2; minute++) {
    await swarm.churn(MINUTE_MS, 0.5)
    shares.push(swarm.shareWith(7))
  }
  tell('500 nodes', { withSevenOfEight: Math.min(...shares), together: swarm.largestShare(), ...swarm.net.counts })
  expect(Math.min(...shares)).toBeGreaterThan(0.9)
  expect(swarm.largestShare()).toBeGreaterThan(0.98)
  await swarm.stop()
})

it('a network that was cut in two lives on in both halves, and grows together again', async () => {
  const swarm = await startSwarm(80, 2)
  await swarm.churn(2 * MINUTE_MS, 0)
  for (const [n, { node }] of swarm.clients.entries()) {
    node.side = n % 2
    for (const { view, peer } of [...node.connections.values()]) {
      if (peer.side !== node.side) swarm.net.close(node, view.id)
    }
  }
  await swarm.churn(20 * MINUTE_MS, 0)
  const apart = { together: swarm.largestShare(), withFive: swarm.shareWith(5) }
  for (const { node } of swarm.clients) node.side = 0
  await swarm.churn(20 * MINUTE_MS, 0)
  const healed = { together: swarm.largestShare(), withSeven: swarm.shareWith(7) }
  tell('80 nodes cut in two', { apart, healed })
  expect(apart.together).toBeLessThanOrEqual(0.5)
  expect(apart.withFive).toBeGreaterThan(0.95)
  expect(healed.together).toBe(1)
  expect(healed.withSeven).toBeGreaterThan(0.95)
  await swarm.stop()
})
