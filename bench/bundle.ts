import { measureBundle } from '../scripts/support/bundle.ts'
import type { Report } from './support/figure.ts'

/** Whole bundles of others, gzip KB, as measured once beside ours. */
const others = {
  'Lodestar light-client (no p2p)': 331,
  'Waku createLightNode': 334,
  Colibri: 339,
  Helia: 356,
  Helios: 1558,
  lumina: 1979,
  smoldot: 2329,
}

/** What a page that follows mainnet loads, beside what others' pages do. */
export async function run(report: Report): Promise<void> {
  const { firstHeadKb, allKb } = await measureBundle()
  const figure = { unit: 'KB gzip', better: 'lower', samples: 1 } as const
  report({ name: 'bundle/first-head', value: firstHeadKb, goal: 215, ...figure })
  report({ name: 'bundle/all', value: allKb, goal: 245, ...figure })
  for (const [name, value] of Object.entries(others)) {
    report({ name: `bundle/others/${name}`, value, ...figure, samples: 0 })
  }
}
