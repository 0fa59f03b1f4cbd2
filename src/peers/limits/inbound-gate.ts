import type { MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { AddressGroup, Handshakes } from '../../limits/handshakes.ts'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import { networkGroupOf } from '../address-book/address-group.ts'
import { chooseSeat } from './choose-seat.ts'
import { siteOf } from './site.ts'

/** From the turn of a newcomer until it has said who it is. */
const HANDSHAKE_MS = 5_000
/** What a newcomer may send until it has said who it is, and what it sends right after. */
const MAX_HANDSHAKE_BYTES = 64 * 1024
/** A handshake that fails is no offence by itself: pages close, and networks change. */
const FAILED_OFFENCE = 0.1
/** Peers that are asked to give up their seat, and have not left yet. */
const MAX_LEAVING = 32
/** Goodbye and the end of the connection take less. */
const LEAVE_MS = 3_000
/** Peers whose address is remembered once they left: what they did may be told after. */
const MAX_REMEMBERED = 4_096

/** What inbound connections are judged by. */
export interface InboundGateOptions {
  readonly clock: Clock
  readonly limits: InboundLimits
  /** Paces newcomers. */
  readonly handshakes: Handshakes
  /** True where a newcomer may take the seat of another; otherwise it is refused while all are taken. */
  readonly reassignsSeats: boolean
  /** Peers that no limit holds for. */
  isUnconditional(peerId: string): boolean
  /** True when there may be any such. */
  readonly hasUnconditional: boolean
  count(cause: 'handshake_failed' | 'handshake_bytes' | 'seats_taken' | 'seat_reassigned'): void
}

/** How many inbound connections there may be at once. */
export interface InboundLimits {
  readonly inbound: number
  /** Of one network group, as `networkGroupOf()` tells it; private addresses do not count. */
  readonly perGroup: number
  /** Of one network group, that have not come through the handshake yet; private addresses do not count. */
  readonly pendingPerGroup: number
}

/** What tells how useful the peers are that have a seat. */
export interface SeatHolders {
  /** From 2 on it is of use; Infinity for one that stays in any case. */
  value(peerId: string): number
  /** Says goodbye and closes. */
  release(peerId: string): void
}

/** The part of a connection gater that this is. Each answers true to refuse. */
export interface InboundGate {
  denyInboundConnection(connection: MultiaddrConnection): boolean | Promise<boolean>
  denyInboundEncryptedConnection(peerId: PeerId, connection: MultiaddrConnection): boolean
  denyInboundUpgradedConnection(peerId: PeerId, connection: MultiaddrConnection): boolean
  /** A peer did what no honest one does: its address group is slowed down. @param offences - less than 1 for what may be bad luck */
  offend(peerId: string, offences: number): void
  /** Who holds the seats; without, all are of the same use. */
  setHolders(holders: SeatHolders): void
  /** Refuses those that wait. */
  stop(): void
}

interface Inbound {
  readonly connection: MultiaddrConnection
  readonly site: AddressGroup
  /** `networkGroupOf()` its address. */
  readonly network: string
  readonly closed: AbortController
  cancelTimeout: CancelTimer
  peerId?: string
}

/** What libp2p's connections over sockets take their bytes by; QUIC's have none. */
interface Fed {
  onData?(data: { readonly byteLength: number }): void
}

interface TakenSeat {
  readonly connection: MultiaddrConnection
  readonly peerId: string
  readonly group: string
  readonly network: string
  readonly sinceMs: number
  isLeaving: boolean
  value(): number
}

/**
 * Creates the part of a connection gater that paces inbound connections and refuses those beyond the limits: at once where nobody
 * could be exempt, otherwise as soon as it is clear who it is. A peer that dials and says nothing more must not keep others out.
 */
export function createInboundGate(options: InboundGateOptions): InboundGate {
  const { clock, limits, handshakes, isUnconditional, hasUnconditional, reassignsSeats, count } = options
  const pending = new Map<MultiaddrConnection, Inbound>()
  const seats = new Map<MultiaddrConnection, TakenSeat>()
  const leaving = new Set<TakenSeat>()
  const admitted = new WeakSet<MultiaddrConnection>()
  const seatsOf = new Map<string, number>()
  const sites = new Map<string, AddressGroup>()
  let holders: SeatHolders = { value: () => 0, release: () => {} }

  function remember(peerId: string, site: AddressGroup): void {
    sites.delete(peerId)
    sites.set(peerId, site)
    if (sites.size > MAX_REMEMBERED) for (const oldest of sites.keys()) return void sites.delete(oldest)
  }

  function isGroupFull(network: string): boolean {
    return network !== 'local' && (seatsOf.get(network) ?? 0) >= limits.perGroup
  }

  function seatFor(site: AddressGroup): TakenSeat | 'free' | undefined {
    if (seats.size - leaving.size < limits.inbound) return 'free'
    if (!reassignsSeats || leaving.size >= MAX_LEAVING) return undefined
    const staying = [...seats.values()].filter(({ isLeaving }) => !isLeaving)
    return chooseSeat(staying, site.id, clock.now())
  }

  function hasSeat({ network, site }: Inbound): boolean {
    if (!isGroupFull(network) && seatFor(site) !== undefined) return true
    count('seats_taken')
    return false
  }

  function takeSeat({ connection, network, site }: Inbound, peerId: string): boolean {
    const seat = isGroupFull(network) ? undefined : seatFor(site)
    if (seat === undefined) {
      count('seats_taken')
      return false
    }
    if (seat !== 'free') {
      seat.isLeaving = true
      leaving.add(seat)
      count('seat_reassigned')
      holders.release(seat.peerId)
      clock.setTimer(() => {
        if (seats.get(seat.connection) === seat) seat.connection.abort(new Error('it does not leave its seat'))
      }, LEAVE_MS)
    }
    const taken: TakenSeat = {
      connection,
      peerId,
      group: site.id,
      network,
      sinceMs: clock.now(),
      isLeaving: false,
      value: () => holders.value(peerId),
    }
    seats.set(connection, taken)
    seatsOf.set(network, (seatsOf.get(network) ?? 0) + 1)
    return true
  }

  function leaveSeat(connection: MultiaddrConnection): void {
    const seat = seats.get(connection)
    if (seat === undefined) return
    seats.delete(connection)
    leaving.delete(seat)
    const left = (seatsOf.get(seat.network) ?? 1) - 1
    if (left > 0) seatsOf.set(seat.network, left)
    else seatsOf.delete(seat.network)
  }

  function enter(connection: MultiaddrConnection): Inbound {
    const site = siteOf(connection.remoteAddr)
    const network = networkGroupOf(connection.remoteAddr.toString())
    const newcomer: Inbound = { connection, site, network, closed: new AbortController(), cancelTimeout: () => {} }
    connection.addEventListener('close', () => {
      newcomer.closed.abort()
      leaveSeat(connection)
      if (pending.has(connection)) fail(newcomer)
    })
    boundBytes(newcomer)
    return newcomer
  }

  /** libp2p keeps up to 4 MiB of a connection that nobody reads yet. */
  function boundBytes({ connection, closed }: Inbound): void {
    const fed = connection as Fed
    const { onData } = fed
    if (onData === undefined) return
    let bytes = 0
    fed.onData = (data) => {
      if (admitted.has(connection)) fed.onData = onData
      else bytes += data.byteLength
      if (bytes <= MAX_HANDSHAKE_BYTES) return onData.call(connection, data)
      if (closed.signal.aborted) return
      count('handshake_bytes')
      connection.abort(new Error('it sends too much before the handshake is over'))
    }
  }

  /** The handshake is over, well or not. */
  function settle(newcomer: Inbound): void {
    newcomer.cancelTimeout()
    pending.delete(newcomer.connection)
  }

  function fail(newcomer: Inbound): void {
    settle(newcomer)
    count('handshake_failed')
    handshakes.offend(newcomer.site, FAILED_OFFENCE)
  }

  function begin(newcomer: Inbound): void {
    const { connection } = newcomer
    pending.set(connection, newcomer)
    newcomer.cancelTimeout = clock.setTimer(() => {
      fail(newcomer)
      connection.abort(new Error('the handshake takes too long'))
    }, HANDSHAKE_MS)
  }

  /** At once: libp2p asks the other side to close, and one that does not would keep its socket for half a minute. */
  function refuse(connection: MultiaddrConnection): true {
    connection.abort(new Error('refused'))
    return true
  }

  function pendingOf(network: string): number {
    let count = 0
    for (const newcomer of pending.values()) if (newcomer.network === network) count++
    return count
  }

  return {
    denyInboundConnection(connection) {
      const newcomer = enter(connection)
      if (!hasUnconditional && !hasSeat(newcomer)) return refuse(connection)
      if (newcomer.network !== 'local' && pendingOf(newcomer.network) >= limits.pendingPerGroup) {
        return refuse(connection)
      }
      const turn = handshakes.begin(newcomer.site, newcomer.closed.signal)
      if (turn === true) begin(newcomer)
      if (typeof turn === 'boolean') return turn ? false : refuse(connection)
      return turn.then((mayBegin) => {
        if (!mayBegin) return refuse(connection)
        begin(newcomer)
        return false
      })
    },
    denyInboundEncryptedConnection(peerId, connection) {
      const newcomer = pending.get(connection)
      if (newcomer === undefined) return true
      const id = peerId.toString()
      remember(id, newcomer.site)
      if (isUnconditional(id) || hasSeat(newcomer)) return false
      settle(newcomer)
      return refuse(connection)
    },
    denyInboundUpgradedConnection(peerId, connection) {
      const newcomer = pending.get(connection)
      if (newcomer === undefined) return true
      settle(newcomer)
      const id = peerId.toString()
      if (!isUnconditional(id) && !takeSeat(newcomer, id)) return refuse(connection)
      admitted.add(connection)
      return false
    },
    offend(peerId, offences) {
      const site = sites.get(peerId)
      if (site !== undefined) handshakes.offend(site, offences)
    },
    setHolders(given) {
      holders = given
    },
    stop: () => handshakes.stop(),
  }
}
