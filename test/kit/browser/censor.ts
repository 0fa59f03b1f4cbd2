import { openGateway } from '../../../src/bootnode/gateway/open-gateway.ts'
import type { GatewayMetrics } from '../../../src/bootnode/index.ts'
import { servePeerExchange } from '../../../src/network/discovery/peer-exchange.ts'
import { createNetwork } from '../../../src/network/index.ts'
import type { Network } from '../../../src/network/types.ts'

/** A bootnode that keeps all of the chain from its clients: it publishes nothing and answers no light client. */
export interface Censor {
  readonly addresses: readonly string[]
  readonly tunnelCounts: GatewayMetrics
  /** Resolves when it tells clients of a peer. */
  told(): Promise<void>
  /** Leaves the network that it was given alone. */
  stop(): Promise<void>
}

/**
 * Starts one, on this machine: peer exchange and tunnels are all that it offers.
 *
 * @param above - what it meets beacon nodes with; it must have their records, and crawl
 */
export async function startCensor(above: Network): Promise<Censor> {
  const { chain, clock } = above
  const listen = ['/ip4/127.0.0.1/tcp/0/ws']
  const below = await createNetwork({ chain, clock, role: 'relay', listen, targetPeers: 0 })
  const gateway = await openGateway({ allowPrivateAddresses: true, tunnel: { minUpstreamPeers: 0 } }, above, below)
  if (gateway === undefined) throw new Error('It opens no tunnels')
  const stopExchange = servePeerExchange(below.reqresp, above.samplePeers, clock)
  return {
    addresses: below.addresses,
    get tunnelCounts() {
      return gateway.counts
    },
    async told() {
      while (above.samplePeers(1, ({ table }) => table === 'old').length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async stop() {
      stopExchange()
      await gateway.stop()
      await below.stop()
    },
  }
}
