import { platform } from '#platform'
import { platformConformance } from '../../platform/conformance.ts'
import { follow } from '../scenario/follow.ts'
import type { Harness } from './harness.ts'

globalThis.lamparaHarness = {
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
} satisfies Harness
