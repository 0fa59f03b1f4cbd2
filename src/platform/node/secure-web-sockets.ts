import { type Libp2pEvents, type Listener, TypedEventEmitter } from '@libp2p/interface'
import { webSockets } from '@libp2p/websockets'
import { dialKindOf } from '../dial-kind.ts'
import { endingAtOnce } from '../ending-at-once.ts'
import type { CertificateSource, Libp2pTransport, TlsCertificate } from '../transports.ts'
import { boundStrangers } from './bound-strangers.ts'
import { sendWholeMessages } from './whole-messages.ts'

/** A client that is slow to agree on keys is dropped after this. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/**
 * libp2p's WebSocket, whose listeners on secure addresses (`/tls/ws`) show the certificate: new connections see the one of the
 * moment, those that are there already keep theirs.
 */
export function secureWebSockets(source: CertificateSource): Libp2pTransport {
  const create: Libp2pTransport = (components) => {
    const { logger } = components
    const transport = webSockets()(components)
    transport.createListener = (options) => {
      // A node tells all its listeners of a new certificate, and those without TLS would begin to speak it, too.
      const events = new TypedEventEmitter<Libp2pEvents>()
      const { cert, key } = source.value
      const https = { cert, key, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }
      const listener = boundStrangers(webSockets({ https })({ logger, events }).createListener(options))
      return following(listener, source, cert, events)
    }
    return transport
  }
  return endingAtOnce(create, { attach: sendWholeMessages })
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
    const kind = dialKindOf(address.toString())
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
