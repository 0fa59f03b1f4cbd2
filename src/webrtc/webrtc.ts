import { type Transport, transportSymbol } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { platform } from '#platform'
import type { Libp2pTransport } from '../platform/transports.ts'
import { raceSignal } from '../streams/abort.ts'
import { systemClock } from '../streams/clock.ts'
import { isRelayed, isRelayedListen } from './addresses.ts'
import { detectRemoteClose } from './connections/detect-remote-close.ts'
import { retryDial } from './connections/retry-dial.ts'
import { deferred } from './deferred.ts'
import { hasWebRtc } from './has-web-rtc.ts'
import { loadCircuitRelay, loadWebRtc } from './load.ts'
import { rtcConfigurationOf, type WebRtcOptions } from './options.ts'
import { forRelay, forWebRtc } from './relay-components.ts'

const ANY_RELAY = multiaddr('/p2p-circuit')

/**
 * WebRTC between two pages, for `transports.add` of `createNetwork()`: they find each other over the relay of a bootnode, and
 * then speak without it. Such a peer's address is `…bootnode…/p2p/…/p2p-circuit/webrtc/p2p/…`. With `listen: ['/webrtc']` others
 * can dial this one, too, once a bootnode with a relay is connected. Anyone who is connected sees the user's IP address.
 *
 * It needs the packages `@libp2p/webrtc` and `@libp2p/circuit-relay-v2`, which come with the first dial, or at the start where
 * it listens. Without them either rejects with `runtime_unsupported`.
 */
export function webRtc(options: WebRtcOptions = {}): Libp2pTransport {
  return (components) => {
    const code = deferred(async (): Promise<[Transport, Transport]> => {
      const [{ webRTC }, { circuitRelayTransport }] = await Promise.all([loadWebRtc(), loadCircuitRelay()])
      const relay = circuitRelayTransport()(forRelay(components))
      const rtcConfiguration = rtcConfigurationOf(options)
      return [webRTC({ rtcConfiguration })(forWebRtc(components, relay)), relay]
    })
    return {
      [transportSymbol]: true,
      [Symbol.toStringTag]: '@lampara/webrtc',
      async start() {
        const listens = components.addressManager.getListenAddrs().some(isRelayedListen)
        if (listens || platform.name === 'node') await code.load()
      },
      stop: code.stop,
      afterStop: code.afterStop,
      dialFilter: (addresses) => (hasWebRtc() ? addresses.filter(isRelayed) : []),
      listenFilter: (addresses) => (hasWebRtc() ? addresses.filter(isRelayedListen) : []),
      async dial(address, dialOptions) {
        const { signal } = dialOptions
        const upgrader = detectRemoteClose(dialOptions.upgrader)
        const [transport] = await raceSignal(code.load(), signal)
        const attempt = (limited: AbortSignal) => transport.dial(address, { ...dialOptions, upgrader, signal: limited })
        return retryDial(attempt, signal, systemClock)
      },
      createListener(listenOptions) {
        const relay = code.value?.[1]
        if (relay === undefined) throw new Error('it is listened on before the start')
        const listener = relay.createListener(listenOptions)
        const listen = listener.listen.bind(listener)
        const getAddrs = listener.getAddrs.bind(listener)
        listener.listen = () => listen(ANY_RELAY)
        listener.getAddrs = () => getAddrs().map((address) => address.encapsulate('/webrtc'))
        return listener
      },
    }
  }
}
