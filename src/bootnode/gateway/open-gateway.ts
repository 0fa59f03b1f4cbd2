import type { Network } from '../../network/types.ts'
import { tunnelProtocol } from '../../tunnel/protocol.ts'
import type { BootnodeOptions } from '../types.ts'
import { createGateway } from './create-gateway.ts'
import { defaultGatewayLimits } from './limits.ts'
import type { GatewayMetrics } from './metrics.ts'
import { createKnownTargets } from './targets/known-targets.ts'
import { createReachedAddresses } from './targets/reached-addresses.ts'

/** A beacon node remembers an identity's address for so long (`retainScore` of Lodestar and others). */
const SCORE_MEMORY_EPOCHS = 100
/** With fewer peers of our own than these, losing one to crowding would leave clients without heads. */
const MIN_UPSTREAM_PEERS = 4

/** A bootnode's gateway, open for clients. */
export interface OpenGateway {
  readonly counts: GatewayMetrics
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
  upstream: Pick<Network, 'chain' | 'clock' | 'watchPeers' | 'peers'>,
  downstream: Pick<Network, 'handleStreams'>,
): Promise<OpenGateway | undefined> {
  const { tunnel = true, allowPrivateAddresses = false } = options
  if (tunnel === false) return undefined
  const { targets = [], limits, minUpstreamPeers = MIN_UPSTREAM_PEERS } = tunnel === true ? {} : tunnel
  const { slotDurationMs, preset } = upstream.chain
  const identitiesMs = SCORE_MEMORY_EPOCHS * preset.slotsPerEpoch * slotDurationMs
  const { clock } = upstream
  const known = createKnownTargets(targets, clock)
  const gateway = createGateway({
    clock,
    limits: { ...limits, target: { ...defaultGatewayLimits.target, identitiesMs, ...limits?.target } },
    isKnown: known.has,
    isSpared: (target) =>
      upstream.peers.length < minUpstreamPeers &&
      upstream.peers.some(({ id }) => id === target.peerId) &&
      !known.isNamed(target),
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
