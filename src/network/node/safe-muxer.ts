import type { StreamMuxerFactory } from '@libp2p/interface'

/**
 * Makes a muxer's frames to a closed connection vanish instead of throwing.
 *
 * yamux opens a stream from a microtask. When the connection closes in the same turn, which a peer can bring about, its
 * `send()` throws where nobody can catch it, and that ends a Node process (js-libp2p#3512 is of the same kind).
 */
export function withSafeSend<Components>(
  create: (components: Components) => StreamMuxerFactory,
): (components: Components) => StreamMuxerFactory {
  return (components) => {
    const factory = create(components)
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const send = connection.send.bind(connection)
      connection.send = (data) => {
        try {
          return send(data)
        } catch (error) {
          // Closed already or broken now: its close event ends the muxer's streams, and with them anyone who waits.
          connection.abort(error instanceof Error ? error : new Error('Cannot send'))
          return true
        }
      }
      return createStreamMuxer(connection)
    }
    return factory
  }
}
