import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { dialKindOf } from '../dial-kind.ts'
import { endingAtOnce } from '../ending-at-once.ts'
import type { Libp2pTransport, ReadyPlatformTransport, TransportName } from '../transports.ts'
import { boundStrangers } from './bound-strangers.ts'
import { closeInOrder } from './close-in-order.ts'
import { loadQuic } from './load-quic.ts'
import { sendWholeMessages } from './whole-messages.ts'

/** QUIC first, which needs the fewest round trips and no muxer, then TCP, then WebSocket, which no beacon node speaks. */
export async function nodeTransports(): Promise<readonly ReadyPlatformTransport[]> {
  const quic = await loadQuic()
  return [
    ...(quic === undefined ? [] : [transport('quic', quic)]),
    transport('tcp', endingAtOnce(tcp(), { attach: closeInOrder })),
    transport('websocket', endingAtOnce(boundedWebSockets, { attach: sendWholeMessages })),
  ]
}

const boundedWebSockets: Libp2pTransport = (components) => {
  const made = webSockets()(components)
  const createListener = made.createListener.bind(made)
  made.createListener = (options) => boundStrangers(createListener(options))
  return made
}

function transport(name: TransportName, create: Libp2pTransport): ReadyPlatformTransport {
  return { name, create, canDial: (address) => dialKindOf(address)?.transport === name }
}
