import type { Connection, Libp2pEvents, PeerId, Topology, TypedEventTarget } from '@libp2p/interface'
import type { Libp2pService } from '../../platform/transports.ts'

/** Gossipsub registers its topology for this protocol, among others. */
const GOSSIP_PROTOCOL = '/meshsub/1.1.0'

interface Components {
  readonly events: TypedEventTarget<Libp2pEvents>
  readonly registrar: { getTopologies(protocol: string): readonly Topology[] }
}

/**
 * A libp2p service that has gossipsub open its stream on each connection at once, where it would otherwise wait until identify
 * says that the peer offers it.
 *
 * @param onRefused - called with a peer that does not offer gossip
 */
export function openGossipAtOnce(onRefused: (peerId: string) => void): Libp2pService {
  return ((components: Components) => {
    const onOpen = ({ detail: connection }: CustomEvent<Connection>): void => {
      const watched = watchRefusals(connection, () => onRefused(connection.remotePeer.toString()))
      for (const topology of components.registrar.getTopologies(GOSSIP_PROTOCOL)) {
        topology.onConnect?.(connection.remotePeer as PeerId, watched)
      }
    }
    return {
      start: () => components.events.addEventListener('connection:open', onOpen),
      stop: () => components.events.removeEventListener('connection:open', onOpen),
    }
  }) as unknown as Libp2pService
}

/** The same connection, with a look at how opening a stream ends. */
function watchRefusals(connection: Connection, onRefused: () => void): Connection {
  return new Proxy(connection, {
    get(target, name) {
      if (name !== 'newStream') {
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async (...args: Parameters<Connection['newStream']>) => {
        try {
          return await target.newStream(...args)
        } catch (error) {
          if (error instanceof Error && error.name === 'UnsupportedProtocolError') onRefused()
          throw error
        }
      }
    },
  })
}
