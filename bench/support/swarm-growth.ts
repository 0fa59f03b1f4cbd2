import { startSwarm } from '../../test/peers/simulation/swarm.ts'
import type { Report } from './figure.ts'

const SIZES = [50, 150, 500]
const SETTLE_MS = 2 * 60_000
const MINUTES = 3
const CHURN = 0.5
const SEED = 7

/** What a node sends and computes each minute in a simulated network with churn, by the size of the network. */
export async function measureGrowth(report: Report): Promise<void> {
  for (const size of SIZES) {
    const swarm = await startSwarm(size, SEED)
    const { counts, clock } = swarm.net
    await swarm.churn(SETTLE_MS, CHURN)
    const before = { ...counts, fired: clock.fired }
    const start = process.cpuUsage()
    await swarm.churn(MINUTES * 60_000, CHURN)
    const { user, system } = process.cpuUsage(start)
    const figure = (what: string, value: number, unit: string): void =>
      report({ name: `peers/${what}-of-${size}`, value: value / size / MINUTES, unit, better: 'lower', samples: 1 })
    figure('node-cpu', (user + system) / 1000, 'ms/min')
    figure('node-timers', clock.fired - before.fired, '/min')
    figure('node-dials', counts.dials - before.dials, '/min')
    figure('node-exchanges', counts.exchanges - before.exchanges, '/min')
    figure('node-goodbyes', counts.goodbyes - before.goodbyes, '/min')
    const share = swarm.shareWith(7) * 100
    report({ name: `peers/on-target-of-${size}`, value: share, unit: '%', better: 'higher', samples: 1 })
    await swarm.stop()
  }
}
