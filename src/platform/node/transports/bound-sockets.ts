import type { Socket } from 'node:net'
import { createEvictingMap } from '../../../limits/evicting-map.ts'
import { createTokenBucket, type TokenBucket } from '../../../limits/token-bucket.ts'
import { type Clock, systemClock } from '../../../streams/clock.ts'

/** As many addresses are remembered; those beyond share one rate. */
const MAX_ADDRESSES = 20_000

/** How many sockets there may be that have not shown yet what they are for. */
export interface SocketBounds {
  readonly total: number
  /** Of one remote address. */
  readonly perAddress: number
  /** Of one remote address, at once and a second in the long run; those beyond are closed as they come. */
  readonly rate: { readonly burst: number; readonly perSecond: number }
}

/** Bounds sockets. */
export interface BoundSockets {
  /** Counts a socket until it closes, and closes another where there are too many. */
  add(socket: Socket): void
  /** A socket has shown what it is for. */
  release(socket: Socket): void
  /** Closes all that are counted. */
  destroy(): void
}

/**
 * Closes the oldest socket of an address that has too many, and of the address with the most when all together are too many: who
 * says nothing gives way to who has just come.
 */
export function boundSockets(bounds: SocketBounds, clock: Clock = systemClock): BoundSockets {
  const byAddress = new Map<string, Set<Socket>>()
  const addressOf = new Map<Socket, string>()
  const newBucket = (): TokenBucket =>
    createTokenBucket({ capacity: bounds.rate.burst, perSecond: bounds.rate.perSecond, clock })
  const buckets = createEvictingMap<TokenBucket>({ maxSize: MAX_ADDRESSES, isIdle: ({ full }) => full })
  const others = newBucket()

  function release(socket: Socket): void {
    const address = addressOf.get(socket)
    if (address === undefined) return
    addressOf.delete(socket)
    const sockets = byAddress.get(address)!
    if (sockets.delete(socket) && sockets.size === 0) byAddress.delete(address)
  }

  function closeOldest(sockets: ReadonlySet<Socket>): void {
    for (const oldest of sockets) {
      release(oldest)
      oldest.destroy()
      return
    }
  }

  function largest(): ReadonlySet<Socket> {
    let most: ReadonlySet<Socket> = new Set()
    for (const sockets of byAddress.values()) if (sockets.size > most.size) most = sockets
    return most
  }

  return {
    add(socket) {
      const address = socket.remoteAddress ?? ''
      const bucket = buckets.get(address, newBucket) ?? others
      if (bucket.waitMs() > 0) return void socket.destroy()
      bucket.spend(1)
      const sockets = byAddress.get(address) ?? new Set()
      byAddress.set(address, sockets.add(socket))
      addressOf.set(socket, address)
      socket.once('close', () => release(socket))
      if (sockets.size > bounds.perAddress) closeOldest(sockets)
      else if (addressOf.size > bounds.total) closeOldest(largest())
    },
    release,
    destroy() {
      for (const socket of addressOf.keys()) socket.destroy()
    },
  }
}
