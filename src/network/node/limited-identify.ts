import type { Connection, Stream, StreamHandler, StreamHandlerOptions } from '@libp2p/interface'
import type { Budgets } from '../../limits/budgets.ts'

/** What of libp2p's registrar a service registers with. */
interface Registrar {
  handle(protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): Promise<void>
}

/**
 * Charges each push that a peer sends to its budget. libp2p's identify bounds how many are handled at once, but each is written
 * to the peer store, however many there are.
 */
export function withLimitedPushes<Components extends { readonly registrar: unknown }, Service>(
  create: (components: Components) => Service,
  budgets: Budgets,
): (components: Components) => Service {
  return (components) => {
    const registrar = components.registrar as Registrar
    const limited: Registrar = Object.create(registrar, {
      handle: {
        value: (protocol: string, handler: StreamHandler, options?: StreamHandlerOptions) =>
          registrar.handle(
            protocol,
            async (stream: Stream, connection: Connection) => {
              if (budgets.ofPeer(connection.remotePeer.toString())?.charge('identify_pushes') === false) return
              await handler(stream, connection)
            },
            options,
          ),
      },
    })
    return create(Object.create(components, { registrar: { value: limited } }))
  }
}
