import { openGateway } from '../../../src/bootnode/gateway/open-gateway.ts'
import type { GatewayCounts } from '../../../src/bootnode/index.ts'
import type { Chain } from '../../../src/chain/index.ts'
import { createNetwork } from '../../../src/network/index.ts'
import { servePeerExchange } from '../../../src/network/peer-exchange.ts'
import type { Clock } from '../../../src/streams/clock.ts'

/** A bootnode that keeps all of the chain from its clients: it publishes nothing and answers no light client. */
export interface Censor {
  readonly addresses: readonly string[]
  readonly tunnelCounts: GatewayCounts
  /** Resolves when it tells clients of a peer. */
  told(): Promise<void>
  stop(): Promise<void>
}

/** What a censor is in front of. */
export interface CensorOptions {
  readonly chain: Chain
  readonly clock?: Clock
  /** Multiaddrs of beacon nodes, and their records. */
  readonly upstream: readonly string[]
  readonly records: readonly string[]
}

/** Starts one, on this machine: peer exchange and tunnels are all that it offers. */
export async function startCensor({ chain, clock, upstream, records }: CensorOptions): Promise<Censor> {
  const common = { chain, ...(clock !== undefined && { clock }), allowPrivateAddresses: true }
  const above = await createNetwork({ ...common, peers: upstream, records, crawl: true })
  const below = await createNetwork({ ...common, role: 'relay', listen: ['/ip4/127.0.0.1/tcp/0/ws'], targetPeers: 0 })
  const gateway = await openGateway({ allowPrivateAddresses: true }, above, below)
  if (gateway === undefined) throw new Error('It opens no tunnels')
  const stopExchange = servePeerExchange(below.reqresp, above.drawPeers, above.clock)
  return {
    addresses: below.addresses,
    get tunnelCounts() {
      return gateway.counts
    },
    async told() {
      while (above.drawPeers(1, ({ place }) => place === 'old').length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async stop() {
      stopExchange()
      await gateway.stop()
      await below.stop()
      await above.stop()
    },
  }
}
