import type { MultiaddrConnection, Transport, Upgrader, UpgraderOptions } from '@libp2p/interface'
import { raceSignal } from '../streams/abort.ts'
import type { Libp2pTransport } from './transports.ts'

/**
 * Makes a transport's dials and connections end when they are told to.
 *
 * libp2p's WebSocket forgets the socket of an aborted dial, of a failed handshake and of an aborted connection without closing
 * it (it closes with code 1006, which the standard forbids), and QUIC's dial does not look at its signal while it waits.
 */
export function endingAtOnce(create: Libp2pTransport): Libp2pTransport {
  return (components) => {
    const transport: Transport = create(components)
    const dial = transport.dial.bind(transport)
    const createListener = transport.createListener.bind(transport)
    transport.dial = async (address, options) => {
      const { signal } = options
      signal?.throwIfAborted()
      // The socket opens or fails by itself; what opens too late is closed at the guard.
      const { signal: never } = new AbortController()
      const upgrader = guard(options.upgrader, signal)
      return raceSignal(dial(address, { ...options, signal: never, upgrader }), signal)
    }
    transport.createListener = (options) => createListener({ ...options, upgrader: guard(options.upgrader) })
    return transport
  }
}

function guard(upgrader: Upgrader, signal?: AbortSignal): Upgrader {
  async function guarded<T>(
    connection: MultiaddrConnection,
    options: UpgraderOptions,
    upgrade: (options: UpgraderOptions) => Promise<T>,
  ): Promise<T> {
    closeWhenAborted(connection)
    try {
      signal?.throwIfAborted()
      return await upgrade(signal === undefined ? options : { ...options, signal })
    } catch (error) {
      connection.abort(error instanceof Error ? error : new Error('Cannot connect'))
      throw error
    }
  }
  return {
    upgradeOutbound: (connection: MultiaddrConnection, options: UpgraderOptions) =>
      guarded(connection, options, (limited) => upgrader.upgradeOutbound(connection, limited)),
    upgradeInbound: (connection: MultiaddrConnection, options: UpgraderOptions) =>
      guarded(connection, options, (limited) => upgrader.upgradeInbound(connection, limited)),
    createInboundAbortSignal: (inner) => upgrader.createInboundAbortSignal(inner),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters(),
  }
}

/** What every connection of libp2p's making has, though its interface does not say so. */
interface Closing {
  sendClose(): Promise<void>
}

function closeWhenAborted(connection: MultiaddrConnection): void {
  if (!('sendClose' in connection)) return
  const closing = connection as MultiaddrConnection & Closing
  closing.addEventListener(
    'close',
    () => {
      if (closing.status === 'aborted') closing.sendClose().catch(() => {})
    },
    { once: true },
  )
}
