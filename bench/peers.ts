// Peers: what managing them costs, and how soon there are as many as wanted.
import type { Report } from './support/figure.ts'
import { measureManager } from './support/manager-cost.ts'
import { measureStart } from './support/start-to-target.ts'
import { measureGrowth } from './support/swarm-growth.ts'

/** Runs all three. */
export async function run(report: Report): Promise<void> {
  await measureStart(report)
  await measureManager(report)
  await measureGrowth(report)
}
