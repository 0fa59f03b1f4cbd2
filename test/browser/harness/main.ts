import { platform } from '#platform'
import { webRtcDirect } from '../../../src/webrtc/index.ts'
import { platformConformance } from '../../platform/conformance.ts'
import { startScenarioNode } from '../../transports/scenario/node.ts'
import { scenarios } from '../../transports/scenario/scenarios.ts'
import { follow } from '../scenario/follow.ts'
import type { Harness } from './harness.ts'

/** The harness of the page, or of the worker, that imports this. */
export const harness: Harness = {
  follow: (options) => follow(options, (report) => console.debug(JSON.stringify(report))),
  async conformance() {
    const results: { name: string; failure?: string }[] = []
    for (const { name, run } of platformConformance) {
      const failure = await run(platform).then(
        () => undefined,
        (error: unknown) => String(error),
      )
      results.push({ name, ...(failure !== undefined && { failure }) })
    }
    return results
  },
  async transport(only, name, addresses) {
    const scenario = scenarios.find((candidate) => candidate.name === name)
    if (scenario === undefined) throw new Error(`There is no scenario "${name}"`)
    const transports = only === 'webrtc-direct' ? { only: [], add: [webRtcDirect()] } : { only: [only] }
    const libp2p = await startScenarioNode(platform, { transports })
    try {
      await scenario.run({ ...addresses, libp2p })
    } finally {
      await libp2p.stop()
    }
  },
}

globalThis.lamparaHarness = harness
