import type { StreamMuxerFactory } from '@libp2p/interface'

/** Makes a muxer count the bytes of its connections, in both directions. */
export function withByteCount(bytes: {
  received: number
  sent: number
}): <Components>(
  create: (components: Components) => StreamMuxerFactory,
) => (components: Components) => StreamMuxerFactory {
  return (create) => (components) => {
    const factory = create(components)
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const send = connection.send.bind(connection)
      connection.send = (data) => {
        bytes.sent += data.byteLength
        return send(data)
      }
      connection.addEventListener('message', ({ data }) => {
        bytes.received += data.byteLength
      })
      return createStreamMuxer(connection)
    }
    return factory
  }
}
