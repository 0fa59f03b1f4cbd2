import type { Connection, ConnectionGater, PrivateKey, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NodeParts } from './node-parts.ts'

/** What the service takes of libp2p's components. */
interface Components {
  readonly privateKey: PrivateKey
  readonly connectionGater: ConnectionGater
  readonly connectionManager: { getConnections(): Connection[] }
  readonly upgrader: Upgrader
  readonly transportManager: {
    dial(address: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>
  }
}

/** What a network needs of its libp2p node and can have only from within. */
export interface NodeService {
  readonly parts: NodeParts
  readonly components: Components
  /** Dials one address. @throws whatever the transport throws; the signal's reason */
  dial(address: Multiaddr, signal: AbortSignal): Promise<Connection>
}

/**
 * A libp2p service that a network works through. It dials one address and no other: libp2p's own queue makes all dials to a
 * peer one, which tries the addresses in turn, and a silent one holds up those after it for seconds.
 */
export function nodeService(parts: NodeParts): (components: Components) => NodeService {
  return (components) => {
    parts.connections = () => components.connectionManager.getConnections()
    return {
      parts,
      components,
      async dial(address, signal) {
        const { connectionGater, transportManager } = components
        if (await connectionGater.denyDialMultiaddr?.(address)) throw new Error('the address may not be dialed')
        signal.throwIfAborted()
        return transportManager.dial(address, { signal })
      },
    }
  }
}
