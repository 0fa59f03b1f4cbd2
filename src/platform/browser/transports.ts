import { webSockets } from '@libp2p/websockets'
import { dialKindOf } from '../dial-kind.ts'
import { endingAtOnce } from '../ending-at-once.ts'
import type { LateTransports, PlatformTransport } from '../transports.ts'
import { canDialFromPage } from './can-dial.ts'

/** WebSocket first, which bootnodes have, then WebTransport where the browser knows it. */
export async function browserTransports(late?: LateTransports): Promise<readonly PlatformTransport[]> {
  const webSocket: PlatformTransport = {
    name: 'websocket',
    create: endingAtOnce(webSockets()),
    canDial: (address) => canDialFromPage(address, globalThis.location?.protocol),
  }
  if (late === undefined || globalThis.WebTransport === undefined) return [webSocket]
  return [
    webSocket,
    {
      name: 'webtransport',
      // Never without a certificate's hash: libp2p peers have no other certificates.
      canDial: (address) => dialKindOf(address)?.transport === 'webtransport',
      load: late.webTransport,
    },
  ]
}
