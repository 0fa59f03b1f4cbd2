import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { AbortOptions, MultiaddrConnection } from '@libp2p/interface'

/** libp2p gives as much to a connection that closes. */
const LINGER_MS = 1_000

/** What libp2p's TCP connections have, though their interface does not say so. */
interface TcpConnection extends MultiaddrConnection {
  readonly socket: Socket
  sendClose(options?: AbortOptions): Promise<void>
}

/** Flushes pending writes before closing TCP. */
export function flushBeforeClose(connection: MultiaddrConnection): void {
  if (!('sendClose' in connection && 'socket' in connection)) return
  const tcp = connection as TcpConnection
  const { socket } = tcp
  const send = tcp.send.bind(tcp)
  tcp.send = (data) => (tcp.status === 'closing' ? true : send(data))
  const giveUp = tcp.sendClose.bind(tcp)
  tcp.sendClose = async (options) => {
    if (tcp.status !== 'closing' || socket.destroyed) return giveUp(options)
    // Read, so that the other side gets to its end, and wanted by nobody any more.
    socket.removeAllListeners('data').resume()
    socket.end()
    const signal = options?.signal ?? AbortSignal.timeout(LINGER_MS)
    try {
      await once(socket, 'close', { signal })
    } catch (error) {
      if (!signal.aborted || !socket.writableFinished) throw error
      // All is sent, and the other side had its time.
      socket.destroy()
    }
  }
}
