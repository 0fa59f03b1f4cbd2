import {
  type ComponentLogger,
  type Connection,
  type DialTransportOptions,
  type Listener,
  type PeerId,
  type Transport,
  transportSymbol,
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../errors/index.ts'
import { raceSignal } from '../streams/abort.ts'
import { type Clock, systemClock } from '../streams/clock.ts'
import { parseTunnelAddress, type TunnelAddress, tunnelAddress } from './address.ts'
import { registerTunnelAddresses } from './address-name.ts'
import { openTunnel } from './open-tunnel.ts'
import { tunnelProtocol } from './protocol.ts'
import { TunnelConnection } from './tunnel-connection.ts'

/** What the transport needs of a libp2p node. */
export interface TunnelTransportComponents {
  readonly connectionManager: {
    getConnections(peer?: PeerId): Connection[]
    openConnection(address: Multiaddr, options: { signal: AbortSignal }): Promise<Connection>
  }
  readonly logger: ComponentLogger
}

/** One connection to a gateway carries many tunnels. */
const MAX_STREAMS = 64

/**
 * A libp2p transport that dials TCP peers through a bootnode's gateway (docs/tunnel.md), by addresses as `tunnelAddress()`
 * makes them. Noise and the muxer run with the target; the gateway moves ciphertext.
 *
 * Dialing rejects as `openTunnel()`, and with `peer_unavailable` where there is no connection to the bootnode and the
 * address does not tell how to reach it, `protocol_unsupported` where the bootnode is no gateway.
 */
export function tunnelTransport(
  options: { readonly clock?: Clock } = {},
): (components: TunnelTransportComponents) => Transport {
  const { clock = systemClock } = options
  registerTunnelAddresses()
  return ({ connectionManager, logger }) => {
    const log = logger.forComponent('lampara:tunnel')
    const isOurs = (address: Multiaddr): boolean => parseTunnelAddress(address) !== undefined
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: '@lampara/tunnel',
      dialFilter: (addresses) => addresses.filter(isOurs),
      listenFilter: () => [],
      createListener(): Listener {
        throw new LamparaError('runtime_unsupported', 'Cannot listen for tunnels: they are only dialed')
      },
      async dial(address, dialOptions) {
        const tunnel = parseTunnelAddress(address)
        if (tunnel === undefined)
          throw new LamparaError('address_invalid', `Cannot dial ${address}: it is not a tunnel`)
        const { signal } = dialOptions
        signal.throwIfAborted()
        const gateway = await connectionTo(connectionManager, tunnel, signal)
        const stream = await streamTo(gateway, signal)
        const opened = await openTunnel(stream, tunnel.target, signal)
        const connection = new TunnelConnection(opened, {
          // In short: identify tells the target no address that begins with a peer id.
          remoteAddr: tunnelAddress(tunnel.via, tunnel.target),
          clock,
          log: log.newScope('connection'),
        })
        return upgrade(connection, dialOptions)
      },
    }
  }
}

async function connectionTo(
  connectionManager: TunnelTransportComponents['connectionManager'],
  { via, viaAddress }: TunnelAddress,
  signal: AbortSignal,
): Promise<Connection> {
  const known = connectionManager
    .getConnections()
    .find(
      ({ remotePeer, remoteAddr, status, limits }) =>
        remotePeer.toString() === via &&
        status === 'open' &&
        limits === undefined &&
        parseTunnelAddress(remoteAddr) === undefined,
    )
  if (known !== undefined) return known
  if (viaAddress === undefined) {
    throw new LamparaError('peer_unavailable', `Cannot open a tunnel: bootnode ${via} is not connected`)
  }
  return connectionManager.openConnection(viaAddress, { signal })
}

async function streamTo(gateway: Connection, signal: AbortSignal) {
  try {
    return await gateway.newStream(tunnelProtocol, { signal, maxOutboundStreams: MAX_STREAMS })
  } catch (error) {
    signal.throwIfAborted()
    const unsupported = error instanceof Error && error.name === 'UnsupportedProtocolError'
    const code = unsupported ? 'protocol_unsupported' : 'peer_disconnected'
    throw LamparaError.from(error, code, `Cannot open a tunnel through ${gateway.remotePeer}`)
  }
}

async function upgrade(connection: TunnelConnection, options: DialTransportOptions): Promise<Connection> {
  try {
    return await raceSignal(options.upgrader.upgradeOutbound(connection, options), options.signal)
  } catch (error) {
    connection.abort(error instanceof Error ? error : new Error('The tunnel is not useful'))
    throw error
  }
}
