import { afterAll, beforeAll } from 'vitest'
import { platform } from '../../../src/platform/node/index.ts'
import { expectFreed } from './freed.ts'
import { type ScenarioNode, startScenarioNode } from './node.ts'
import { runScenario } from './run.ts'
import type { ListeningSide } from './sides.ts'
import type { Scenario } from './steps.ts'
import { only, type ScenarioTransport } from './transports.ts'

/**
 * Has a node of Node's dial a side that listens, both for as long as the suite lasts.
 *
 * @returns runs a scenario, and sees that it leaves nothing on either side
 */
export function inNode(
  kind: ScenarioTransport,
  start: () => Promise<ListeningSide>,
): (scenario: Scenario) => Promise<void> {
  let side: ListeningSide
  let libp2p: ScenarioNode

  beforeAll(async () => {
    side = await start()
    libp2p = await startScenarioNode(platform, { transports: only(kind) })
  })
  afterAll(async () => {
    await libp2p?.stop()
    await side?.stop()
  })

  return async (scenario) => {
    await runScenario(scenario, { ...side.addresses, libp2p })
    await expectFreed(side)
  }
}
