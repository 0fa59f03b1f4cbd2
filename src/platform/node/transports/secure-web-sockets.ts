import { type Libp2pEvents, type Listener, TypedEventEmitter } from '@libp2p/interface'
import { webSockets } from '@libp2p/websockets'
import { withAbortCleanup } from '../../abort-cleanup.ts'
import { transportOfAddress } from '../../transport-of-address.ts'
import type { CertificateSource, Libp2pTransport, TlsCertificate } from '../../transports.ts'
import { coalesceWrites } from './coalesce-writes.ts'
import { limitWebSockets } from './websocket-limits.ts'

/** A client that is slow to agree on keys is dropped after this. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/**
 * libp2p's WebSocket, whose listeners on secure addresses (`/tls/ws`) show the certificate: new connections see the one of the
 * moment, those that are there already keep theirs.
 *
 * @param behindProxy - as in `WebSocketLimits`
 */
export function secureWebSockets(source: CertificateSource, behindProxy = false): Libp2pTransport {
  const create: Libp2pTransport = (components) => {
    const { logger } = components
    const transport = webSockets()(components)
    transport.createListener = (options) => {
      // A node tells all its listeners of a new certificate, and those without TLS would begin to speak it, too.
      const events = new TypedEventEmitter<Libp2pEvents>()
      const { cert, key } = source.value
      const https = { cert, key, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }
      const listener = limitWebSockets(webSockets({ https })({ logger, events }).createListener(options), {
        behindProxy,
      })
      return following(listener, source, cert, events)
    }
    return transport
  }
  return withAbortCleanup(create, { attach: coalesceWrites })
}

/** Makes a listener go over to each new certificate, if it shows any. */
function following(
  listener: Listener,
  source: CertificateSource,
  atFirst: TlsCertificate['cert'],
  events: TypedEventEmitter<Libp2pEvents>,
): Listener {
  const listen = listener.listen.bind(listener)
  listener.listen = async (address) => {
    await listen(address)
    const kind = transportOfAddress(address.toString())
    if (kind?.transport !== 'websocket' || !kind.secure) return
    let shown = atFirst
    const unwatch = source.watch(({ cert, key }) => {
      if (cert === shown) return
      shown = cert
      events.safeDispatchEvent('certificate:renew', { detail: { cert, key } })
    })
    listener.addEventListener('close', unwatch, { once: true })
  }
  return listener
}
