import type { MultiaddrConnection, Transport, Upgrader, UpgraderOptions } from '@libp2p/interface'
import { onAbort, raceSignal } from '../streams/abort.ts'
import type { Libp2pTransport } from './transports.ts'

/** What else to change of a transport's connections. */
export interface ConnectionChanges {
  /** Changes how each is upgraded. */
  prepare?(options: UpgraderOptions): UpgraderOptions
  /** Called with each before it is upgraded. */
  attach?(connection: MultiaddrConnection): void
}

/**
 * Makes a transport's dials and connections end when they are told to.
 *
 * libp2p's WebSocket forgets the socket of an aborted dial, of a failed handshake and of an aborted connection without closing
 * it (it closes with code 1006, which the standard forbids), QUIC's dial does not look at its signal while it waits, and a TCP
 * socket hangs on it for life.
 */
export function withAbortCleanup(create: Libp2pTransport, changes: ConnectionChanges = {}): Libp2pTransport {
  return (components) => {
    const transport: Transport = create(components)
    const dial = transport.dial.bind(transport)
    const createListener = transport.createListener.bind(transport)
    transport.dial = async (address, options) => {
      const { signal } = options
      signal?.throwIfAborted()
      // Called with the abort, yet not aborted: then WebSocket closes the socket that it waits for, which it otherwise forgets.
      const { signal: told } = new AbortController()
      const forget = onAbort(signal, () => told.dispatchEvent(new Event('abort')))
      const upgrader = guard(options.upgrader, changes, signal)
      return raceSignal(dial(address, { ...options, signal: told, upgrader }).finally(forget), signal)
    }
    transport.createListener = (options) => createListener({ ...options, upgrader: guard(options.upgrader, changes) })
    return transport
  }
}

function guard(upgrader: Upgrader, changes: ConnectionChanges, signal?: AbortSignal): Upgrader {
  const { prepare = (options) => options, attach } = changes
  async function guarded<T>(
    connection: MultiaddrConnection,
    options: UpgraderOptions,
    upgrade: (options: UpgraderOptions) => Promise<T>,
  ): Promise<T> {
    closeWhenAborted(connection)
    attach?.(connection)
    try {
      signal?.throwIfAborted()
      return await upgrade(prepare(signal === undefined ? options : { ...options, signal }))
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
