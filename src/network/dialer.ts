import type { Connection, ConnectionGater } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What the service takes of libp2p's components. */
interface Components {
  readonly connectionGater: ConnectionGater
  readonly transportManager: {
    dial(address: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>
  }
}

/** Dials one address. */
export interface Dialer {
  /** @throws whatever the transport throws; the signal's reason */
  dial(address: Multiaddr, signal: AbortSignal): Promise<Connection>
}

/**
 * A libp2p service that dials one address and no other. libp2p's own queue makes all dials to a peer one, which tries the
 * addresses in turn: a silent one holds up those after it for seconds.
 */
export function dialer(): (components: Components) => Dialer {
  return ({ connectionGater, transportManager }) => ({
    async dial(address, signal) {
      if (await connectionGater.denyDialMultiaddr?.(address)) throw new Error('the address may not be dialed')
      signal.throwIfAborted()
      return transportManager.dial(address, { signal })
    },
  })
}
