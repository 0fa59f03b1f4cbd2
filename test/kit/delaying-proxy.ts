import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that hands on each piece after a time, in order, as a long line does. */
export interface DelayingProxy {
  readonly port: number
  close(): Promise<void>
}

/**
 * Starts a proxy on loopback.
 *
 * @param roundTripMs - half of it in each direction
 */
export async function startDelayingProxy(toPort: number, roundTripMs: number): Promise<DelayingProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(toPort, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      const later = (act: () => void): void => void setTimeout(act, roundTripMs / 2)
      from.on('data', (bytes) => later(() => to.writable && to.write(bytes)))
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        later(() => to.destroy())
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
