import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Listener } from '@libp2p/interface'
import { LamparaError } from '../../../errors/index.ts'
import { boundSockets, type SocketBounds } from './bound-sockets.ts'
import { forwardedRequest } from './forwarded-request.ts'
import { createPartialMessages } from './partial-messages.ts'

/** Anyone who has not become a WebSocket by then is released: the handshakes of TLS and HTTP take a few round trips. */
const HANDSHAKE_MS = 10_000
/** Sockets that have not become WebSockets yet, of all addresses and of one. */
const MAX_STRANGERS = { total: 4_096, perAddress: 1_024, rate: { burst: 1_500, perSecond: 50 } } as const
const UNLIMITED = { burst: Number.POSITIVE_INFINITY, perSecond: 1 } as const
/** A client that does not answer when it is told to close is cut off after this: as it comes, it keeps its socket for half a minute. */
const CLOSE_MS = 2_000
/** Before anybody has said who it is, a message is kept in memory whole. One of noise has 64 KiB at most. */
const MAX_MESSAGE_BYTES = 256 * 1024
/** What sockets sent of messages that are not complete yet, all together. Beyond, those that sent most are closed. */
const MAX_PARTIAL_BYTES = 48 * 1024 * 1024

/** What libp2p's WebSocket listener has, though its interface does not say so. */
interface Inner {
  readonly server?: Server
  readonly wsServer?: WebSocketServer
}

interface WebSocketServer {
  readonly options: { maxPayload?: number; closeTimeout?: number }
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: OnUpgraded): void
}

type OnUpgraded = (webSocket: EventEmitter, request: IncomingMessage) => void

/** How a WebSocket listener is bounded. */
export interface WebSocketLimits {
  /** How long a socket may take to become a WebSocket. @default 10 s */
  readonly handshakeMs?: number
  /** What messages that are not complete yet may take together. @default 48 MiB */
  readonly maxPartialBytes?: number
  /** How many sockets may be there that have not become WebSockets. @default 4,096, and of one address 1,024 */
  readonly maxStrangers?: SocketBounds
  /** True where a proxy in front says whose the connections are (`X-Forwarded-For`). @default false */
  readonly behindProxy?: boolean
}

/** Hardens libp2p's WebSocket listener: handles bad frames, times out silent sockets, limits the size of messages. */
export function limitWebSockets(listener: Listener, options: WebSocketLimits = {}): Listener {
  const { handshakeMs = HANDSHAKE_MS, maxPartialBytes = MAX_PARTIAL_BYTES, behindProxy = false } = options
  const { maxStrangers = MAX_STRANGERS } = options
  // A proxy has all of them.
  const bounds = boundSockets(
    behindProxy ? { ...maxStrangers, perAddress: maxStrangers.total, rate: UNLIMITED } : maxStrangers,
  )
  const { server, wsServer } = listener as Listener & Inner
  if (server === undefined || wsServer === undefined) {
    throw new LamparaError('internal', 'Cannot listen for WebSocket: the listener of libp2p is not as it was')
  }
  wsServer.options.maxPayload = MAX_MESSAGE_BYTES
  wsServer.options.closeTimeout = CLOSE_MS
  const strangers = new Map<string, Socket>()

  server.on('connection', (socket) => {
    bounds.add(socket)
    const key = farEndOf(socket)
    strangers.set(key, socket)
    const timer = setTimeout(() => {
      if (strangers.get(key) === socket) socket.destroy()
    }, handshakeMs)
    timer.unref()
    socket.once('close', () => {
      clearTimeout(timer)
      if (strangers.get(key) === socket) strangers.delete(key)
    })
  })
  const partial = createPartialMessages({ perSocket: 2 * MAX_MESSAGE_BYTES, total: maxPartialBytes })
  const handleUpgrade = wsServer.handleUpgrade.bind(wsServer)
  wsServer.handleUpgrade = (request, socket, head, done) =>
    handleUpgrade(request, socket, head, (webSocket, upgraded) => {
      // Its end is told, too; an error that nobody hears is thrown.
      webSocket.on('error', () => {})
      partial.watch(upgraded.socket, webSocket)
      // Under TLS the request comes by another socket, with the same far end.
      const key = farEndOf(upgraded.socket)
      const stranger = strangers.get(key)
      if (stranger !== undefined) bounds.release(stranger)
      strangers.delete(key)
      done(webSocket, behindProxy ? forwardedRequest(upgraded) : upgraded)
    })

  const close = listener.close.bind(listener)
  listener.close = () => {
    for (const socket of strangers.values()) socket.destroy()
    return close()
  }
  return listener
}

function farEndOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
