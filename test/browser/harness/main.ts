import { platform } from '#platform'
import { platformConformance } from '../../platform/conformance.ts'
import { indexedDbConformance } from '../../platform/indexed-db-conformance.ts'
import { dataChannelScenarios } from '../../transports/scenario/data-channels.ts'
import { type MetNode, startMetNode } from '../../transports/scenario/meet.ts'
import { type ScenarioNode, startScenarioNode } from '../../transports/scenario/node.ts'
import { runScenario } from '../../transports/scenario/run.ts'
import { idling, scenarios } from '../../transports/scenario/scenarios.ts'
import { only, type ScenarioTransport } from '../../transports/scenario/transports.ts'
import { follow } from '../scenario/follow.ts'
import type { Harness } from './harness.ts'

const dialers = new Map<ScenarioTransport, Promise<ScenarioNode>>()
let listener: MetNode | undefined

function dialerFor(kind: ScenarioTransport): Promise<ScenarioNode> {
  const dialer = dialers.get(kind) ?? startScenarioNode(platform, { transports: only(kind) })
  dialers.set(kind, dialer)
  return dialer
}

/** The harness of the page, or of the worker, that imports this. */
export const harness: Harness = {
  follow: (options) => follow(options, (report) => console.debug(JSON.stringify(report))),
  async conformance() {
    const results: { name: string; failure?: string }[] = []
    for (const { name, run } of [...platformConformance, ...indexedDbConformance]) {
      const failure = await run(platform).then(
        () => undefined,
        (error: unknown) => String(error),
      )
      results.push({ name, ...(failure !== undefined && { failure }) })
    }
    return results
  },
  async transport(kind, name, addresses) {
    const scenario = [...scenarios, ...dataChannelScenarios, idling].find((candidate) => candidate.name === name)
    if (scenario === undefined) throw new Error(`There is no scenario "${name}"`)
    await runScenario(scenario, { ...addresses, libp2p: await dialerFor(kind) })
  },
  async meet(relay) {
    listener = await startMetNode(platform, relay)
    return listener.address
  },
  met: async () => (await listener?.connections()) ?? 0,
}

globalThis.lamparaHarness = harness
