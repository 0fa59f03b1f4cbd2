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

/**
 * Has what a TCP connection sent before it closes arrive: it ends its own half, and waits for the other side to end the other.
 *
 * libp2p's gives the socket up once all is handed to the system. Whatever the other side still sends, be it a window update for
 * what it has just read, is then answered with a reset, and with that goes all that it has not read yet. And a frame that a
 * muxer sends meanwhile, such as a stream's reset, makes noise abort the connection.
 */
export function closeInOrder(connection: MultiaddrConnection): void {
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
