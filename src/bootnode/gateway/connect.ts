import { connect, type Socket } from 'node:net'
import { onAbort } from '../../streams/abort.ts'

/**
 * Opens a TCP socket that can be half closed, not yet read from.
 *
 * @param ip - an IP address, so that nothing is looked up here
 * @throws whatever the system says; the signal's reason
 */
export function connectTcp(ip: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const socket = connect({ host: ip, port, allowHalfOpen: true, noDelay: true })
    socket.pause()
    const forget = onAbort(signal, () => {
      socket.destroy()
      reject(signal.reason)
    })
    // Stays on: an error that nobody hears ends the process.
    socket.on('error', (error) => {
      forget()
      reject(error)
    })
    socket.once('connect', () => {
      forget()
      resolve(socket)
    })
  })
}

/** Ends a socket at once; its far end notices. Safe to call twice. */
export function resetSocket(socket: Socket): void {
  // After end() the system cannot send a reset any more.
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
