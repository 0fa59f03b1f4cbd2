import { createNetwork } from '../../src/network/index.ts'
import { startBareDiscovery } from './bare-discovery.ts'
import { startDiscv5Nodes } from './discv5-nodes.ts'
import { type Report, startMeter } from './figure.ts'
import { benchChain } from './loads.ts'
import { ratio, sideBySide, typical } from './side-by-side.ts'

const NODES = 12
const TARGET = 8
const ROUNDS = { warmUp: 2, samples: 11 }

/**
 * From nothing to eight peers that identified themselves and answered Status, found by discv5 from one record among twelve nodes
 * on loopback: ours against libp2p and discv5 wired by hand, which knows no limits, pings, scores or address book.
 */
export async function measureStart(report: Report): Promise<void> {
  const nodes = await startDiscv5Nodes(NODES)
  const [bootstrap] = nodes.records
  try {
    const costs = await sideBySide({ ours: () => ours(bootstrap!), bare: () => bare(bootstrap!) }, ROUNDS)
    const { samples } = ROUNDS
    const figure = { unit: '× bare libp2p', better: 'lower', samples } as const
    report({ ...figure, name: 'peers/start-to-target', value: ratio(costs.ours, costs.bare, 'wallMs'), goal: 1.1 })
    report({ ...figure, name: 'peers/start-to-target-cpu', value: ratio(costs.ours, costs.bare, 'cpuMs') })
    for (const name of ['ours', 'bare'] as const) {
      const took = typical(costs[name], 'wallMs')
      report({ name: `peers/start-to-target-${name}`, value: took, unit: 'ms', better: 'lower', samples })
    }
  } finally {
    nodes.stop()
  }
}

async function ours(bootstrap: string) {
  const stop = startMeter()
  const network = await createNetwork({
    chain: benchChain,
    allowPrivateAddresses: true,
    targetPeers: TARGET,
    discv5: { listen: '/ip4/127.0.0.1/udp/0', bootEnrs: [bootstrap] },
  })
  const full = Promise.withResolvers<void>()
  const unwatch = network.watchStatus(({ peers }) => {
    if (peers >= TARGET) full.resolve()
  })
  await full.promise
  const cost = stop()
  unwatch()
  await network.stop()
  return cost
}

async function bare(bootstrap: string) {
  const stop = startMeter()
  const node = await startBareDiscovery(bootstrap)
  await node.untilPeers(TARGET)
  const cost = stop()
  await node.stop()
  return cost
}
