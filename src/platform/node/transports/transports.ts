import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { withAbortCleanup } from '../../abort-cleanup.ts'
import { transportOfAddress } from '../../transport-of-address.ts'
import type { Libp2pTransport, ReadyPlatformTransport, TransportName } from '../../transports.ts'
import { coalesceWrites } from './coalesce-writes.ts'
import { flushBeforeClose } from './flush-before-close.ts'
import { loadQuic } from './load-quic.ts'
import { limitWebSockets } from './websocket-limits.ts'

/** QUIC first, which needs the fewest round trips and no muxer, then TCP, then WebSocket, which no beacon node speaks. */
export async function nodeTransports(): Promise<readonly ReadyPlatformTransport[]> {
  const quic = await loadQuic()
  return [
    ...(quic === undefined ? [] : [transport('quic', quic)]),
    transport('tcp', withAbortCleanup(tcp(), { attach: flushBeforeClose })),
    transport('websocket', listeningWebSockets()),
  ]
}

/** libp2p's WebSocket with bounds on what it listens to. @param behindProxy - as in `WebSocketLimits` */
export function listeningWebSockets(behindProxy = false): Libp2pTransport {
  const create: Libp2pTransport = (components) => {
    const made = webSockets()(components)
    const createListener = made.createListener.bind(made)
    made.createListener = (options) => limitWebSockets(createListener(options), { behindProxy })
    return made
  }
  return withAbortCleanup(create, { attach: coalesceWrites })
}

function transport(name: TransportName, create: Libp2pTransport): ReadyPlatformTransport {
  return { name, create, canDial: (address) => transportOfAddress(address)?.transport === name }
}
