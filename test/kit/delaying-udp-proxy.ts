import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { DelayingProxy } from './delaying-proxy.ts'

/**
 * Starts a UDP proxy on loopback that hands on each datagram after a time, in order.
 *
 * @param roundTripMs - half of it in each direction
 */
export async function startDelayingUdpProxy(toPort: number, roundTripMs: number): Promise<DelayingProxy> {
  const near = createSocket('udp4')
  const farByClient = new Map<string, Socket>()
  const timers = new Set<NodeJS.Timeout>()

  function later(act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, roundTripMs / 2)
    timers.add(timer)
  }

  function farOf({ address, port }: RemoteInfo): Socket {
    const key = `${address}:${port}`
    const known = farByClient.get(key)
    if (known !== undefined) return known
    const far = createSocket('udp4')
    far.on('message', (bytes) => later(() => near.send(bytes, port, address)))
    far.on('error', () => {})
    farByClient.set(key, far)
    return far
  }

  near.on('message', (bytes, from) => later(() => farOf(from).send(bytes, toPort, '127.0.0.1')))
  near.bind(0, '127.0.0.1')
  await once(near, 'listening')
  return {
    port: near.address().port,
    async close() {
      for (const timer of timers) clearTimeout(timer)
      for (const far of farByClient.values()) far.close()
      await new Promise<void>((resolve) => near.close(() => resolve()))
    },
  }
}
