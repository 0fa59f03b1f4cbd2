import type { Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pTransport } from '../platform/transports.ts'

import { detectRemoteClose } from './connections/detect-remote-close.ts'

type Components = Parameters<Libp2pTransport>[0]

/** The components with some in the place of others: libp2p's are a proxy, which a copy would miss. */
function withParts(components: Components, parts: { [Name in keyof Components]?: unknown }): Components {
  const values = Object.entries(parts).map(([name, value]) => [name, { value }])
  return Object.create(components, Object.fromEntries(values)) as Components
}

/**
 * What the relay's transport gets: it looks for a relay among the peers that are connected, and does not dial unknown peers for
 * one; and it tells as our own only addresses that lead on to WebRTC.
 */
export function forRelay(components: Components): Components {
  const { addressManager, events } = components
  const onWebRtc = (address: Multiaddr): Multiaddr => address.encapsulate('/webrtc')
  return withParts(components, {
    randomWalk: { async *walk() {} },
    events: Object.create(events, {
      addEventListener: {
        value: (...args: Parameters<typeof events.addEventListener>) => {
          if (args[0] !== 'peer:discovery') events.addEventListener(...args)
        },
      },
      removeEventListener: { value: events.removeEventListener.bind(events) },
    }),
    addressManager: {
      getAddresses: () => addressManager.getAddresses(),
      confirmObservedAddr: (address: Multiaddr, options: Parameters<typeof addressManager.confirmObservedAddr>[1]) =>
        addressManager.confirmObservedAddr(onWebRtc(address), options),
      removeObservedAddr: (address: Multiaddr) => addressManager.removeObservedAddr(onWebRtc(address)),
    },
  })
}

/** What WebRTC gets: it meets peers by the relay's own transport, which libp2p does not know of. */
export function forWebRtc(components: Components, relay: Transport): Components {
  const dial = (address: Multiaddr, { signal }: { signal: AbortSignal }) =>
    relay.dial(address, { signal, upgrader: components.upgrader })
  const upgrader = detectRemoteClose(components.upgrader)
  return withParts(components, { upgrader, transportManager: { dial, getListeners: () => [] } })
}
