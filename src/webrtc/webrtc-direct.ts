import { type Transport, transportSymbol } from '@libp2p/interface'
import type { webRTCDirect } from '@libp2p/webrtc'
import { platform } from '#platform'
import { storageWithTimeout } from '../platform/storage-timeout.ts'
import type { Libp2pTransport } from '../platform/transports.ts'
import { raceSignal } from '../streams/abort.ts'
import { systemClock } from '../streams/clock.ts'
import { isDirect, isDirectListen } from './addresses.ts'
import { detectRemoteClose } from './connections/detect-remote-close.ts'
import { withBoundedHandshakes } from './connections/handshake-limit.ts'
import { withStaleStunFilter } from './connections/stale-stun-filter.ts'
import { deferred } from './deferred.ts'
import { hasWebRtc } from './has-web-rtc.ts'
import { loadWebRtc } from './load.ts'
import { rtcConfigurationOf, type WebRtcDirectOptions } from './options.ts'

/**
 * WebRTC-direct, for `transports.add` of `createNetwork()`: a page dials a node that has no certificate, at
 * `/ip4/…/udp/…/webrtc-direct/certhash/…`. In Node it listens, too: `listen: ['/ip4/0.0.0.0/udp/9001/webrtc-direct']`. Where
 * there is no WebRTC, as in workers, nothing is dialed by it.
 *
 * It needs the package `@libp2p/webrtc`, which comes with the first dial in a page, at the start in Node. Without it the start,
 * or the dial, rejects with `runtime_unsupported`; where the storage fails, with `storage_unavailable`.
 */
export function webRtcDirect(options: WebRtcDirectOptions = {}): Libp2pTransport {
  return (components) => {
    const code = deferred(async (): Promise<[Transport]> => {
      const { webRTCDirect } = await loadWebRtc()
      const init = { rtcConfiguration: rtcConfigurationOf(options), ...(await certificateFor(webRTCDirect)) }
      return [webRTCDirect(init)(withBoundedHandshakes(components))]
    })
    const inNode = platform.name === 'node'

    /** What of the options tells the certificate to listen with: nothing where the package is to make one. */
    async function certificateFor(factory: typeof webRTCDirect) {
      const { storage } = options
      if (!inNode || storage === undefined || !components.addressManager.getListenAddrs().some(isDirectListen))
        return {}
      const [{ persistedCertificate }, { makeCertificate }] = await Promise.all([
        import('./persisted-certificate.ts'),
        import('./make-certificate.ts'),
      ])
      const make = (lifespanMs: number) => makeCertificate(factory, components, lifespanMs)
      return { certificate: await persistedCertificate(storageWithTimeout(storage), systemClock.now(), make) }
    }

    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: '@lampara/webrtc-direct',
      start: async () => void (inNode && (await code.load())),
      stop: code.stop,
      afterStop: code.afterStop,
      dialFilter: (addresses) => (hasWebRtc() ? addresses.filter(isDirect) : []),
      listenFilter: (addresses) => (inNode ? addresses.filter(isDirectListen) : []),
      async dial(address, dialOptions) {
        const [transport] = await raceSignal(code.load(), dialOptions.signal)
        return transport.dial(address, { ...dialOptions, upgrader: detectRemoteClose(dialOptions.upgrader) })
      },
      createListener(listenOptions) {
        const [transport] = code.value ?? []
        if (transport === undefined) throw new Error('it is listened on before the start')
        return withStaleStunFilter(transport.createListener(listenOptions))
      },
    }
  }
}
