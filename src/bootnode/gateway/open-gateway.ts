import type { Network } from '../../network/types.ts'
import { tunnelProtocol } from '../../tunnel/protocol.ts'
import type { BootnodeOptions } from '../types.ts'
import type { GatewayCounts } from './counts.ts'
import { createGateway } from './create-gateway.ts'
import { createKnownTargets } from './known-targets.ts'
import { createReachedAddresses } from './reached-addresses.ts'

/** A bootnode's gateway, open for clients. */
export interface OpenGateway {
  readonly counts: GatewayCounts
  /** Ends all tunnels and takes no more; resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Opens tunnels for the peers of one network to those that another has reached: dialed by itself, and with a Status that
 * matched.
 *
 * @returns undefined where the options say that there are to be none
 * @throws LamparaError `address_invalid` for a target that is no TCP address of a peer
 */
export async function openGateway(
  options: Pick<BootnodeOptions, 'tunnel' | 'allowPrivateAddresses'>,
  upstream: Pick<Network, 'clock' | 'watchPeers'>,
  downstream: Pick<Network, 'handleStreams'>,
): Promise<OpenGateway | undefined> {
  const { tunnel = true, allowPrivateAddresses = false } = options
  if (tunnel === false) return undefined
  const { targets = [], limits } = tunnel === true ? {} : tunnel
  const { clock } = upstream
  const known = createKnownTargets(targets, clock)
  const gateway = createGateway({
    clock,
    limits,
    isKnown: known.has,
    policy: allowPrivateAddresses ? 'devnet' : 'public',
  })
  const unhandle = await downstream.handleStreams(tunnelProtocol, gateway.handle, { maxStreams: gateway.maxStreams })
  const reachedAt = createReachedAddresses()
  const unwatch = upstream.watchPeers((peers) => {
    for (const peer of peers) for (const address of reachedAt(peer)) known.add(address)
  })
  return {
    get counts() {
      return gateway.counts
    },
    async stop() {
      unwatch()
      await unhandle()
      await gateway.stop()
    },
  }
}
