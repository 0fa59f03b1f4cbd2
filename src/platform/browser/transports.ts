import { webSockets } from '@libp2p/websockets'
import { withAbortCleanup } from '../abort-cleanup.ts'
import { transportOfAddress } from '../transport-of-address.ts'
import type { LazyTransports, PlatformTransport } from '../transports.ts'
import { canDialFromPage } from './can-dial.ts'

/** WebSocket first, which bootnodes have, then WebTransport where the browser knows it. */
export async function browserTransports(late?: LazyTransports): Promise<readonly PlatformTransport[]> {
  const webSocket: PlatformTransport = {
    name: 'websocket',
    create: withAbortCleanup(webSockets()),
    canDial: (address) => canDialFromPage(address, globalThis.location?.protocol),
  }
  if (late === undefined || globalThis.WebTransport === undefined) return [webSocket]
  return [
    webSocket,
    {
      name: 'webtransport',
      // Never without a certificate's hash: libp2p peers have no other certificates.
      canDial: (address) => transportOfAddress(address)?.transport === 'webtransport',
      load: late.webTransport,
    },
  ]
}
