import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A port at which somebody listens and nobody answers, over TCP and over UDP. */
export interface Silence {
  readonly port: number
  /** TCP connections to it that are open. */
  readonly sockets: number
  stop(): void
}

/** Opens one. */
export async function startSilence(): Promise<Silence> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  const hole = createSocket('udp4')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  hole.bind(port, '127.0.0.1')
  await once(hole, 'listening')
  return {
    port,
    get sockets() {
      return sockets.size
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      hole.close()
    },
  }
}
