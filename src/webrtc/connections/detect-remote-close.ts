import type { MultiaddrConnection, Upgrader } from '@libp2p/interface'
import { systemClock } from '../../streams/clock.ts'
import { type EarlyChannels, untilFirstClosed, waitConnected } from './wait-connected.ts'

/** What libp2p's WebRTC connections have, though their type does not say so. */
interface Holding {
  readonly peerConnection: RTCPeerConnection
}

function peerConnectionOf(connection: MultiaddrConnection): RTCPeerConnection {
  return (connection as MultiaddrConnection & Holding).peerConnection
}

/**
 * Ends connections whose other side has closed them. Chromium goes on to call them connected, whose every channel is closed,
 * and libp2p looks at no more than that. One that comes in counts once it has come about: anyone who dialed may have given up.
 */
export function detectRemoteClose(upgrader: Upgrader): Upgrader {
  return {
    upgradeOutbound: (connection: MultiaddrConnection, options: Parameters<Upgrader['upgradeOutbound']>[1]) => {
      endWithTheirs(connection)
      return upgrader.upgradeOutbound(connection, options)
    },
    async upgradeInbound(connection: MultiaddrConnection, options: Parameters<Upgrader['upgradeInbound']>[1]) {
      const peerConnection = peerConnectionOf(connection)
      const signal = options?.signal
      await waitConnected(peerConnection, signal)
      const channels = (options?.muxerFactory ?? {}) as EarlyChannels
      await untilFirstClosed(peerConnection, channels, { clock: systemClock, signal })
      endWithTheirs(connection)
      return upgrader.upgradeInbound(connection, options)
    },
    createInboundAbortSignal: (signal) => upgrader.createInboundAbortSignal(signal),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters(),
  }
}

function endWithTheirs(connection: MultiaddrConnection): void {
  const peerConnection = peerConnectionOf(connection)
  // Node's are not the browser's, and tell it themselves.
  const RtcPeerConnection = globalThis.RTCPeerConnection as typeof RTCPeerConnection | undefined
  if (RtcPeerConnection === undefined || !(peerConnection instanceof RtcPeerConnection)) return
  const { sctp } = peerConnection
  sctp?.addEventListener('statechange', () => {
    if (sctp.state === 'closed') connection.abort(new Error('the other side closed it'))
  })
}
