import { deadline, raceSignal } from '../../streams/abort.ts'
import type { Clock } from '../../streams/clock.ts'

/** How long a dialer has to close its first data channel: it does so as soon as it sees it open. */
const FIRST_CLOSED_MS = 1_000

/** Of an `RTCPeerConnection`, the browser's own or that of Node's package. */
type PeerConnection = Pick<RTCPeerConnection, 'connectionState' | 'addEventListener' | 'removeEventListener'>
type Channel = Pick<RTCDataChannel, 'label' | 'readyState' | 'addEventListener'>

/** What libp2p's muxers of data channels are made with, though their type does not say so: the channels that came before. */
export interface EarlyChannels {
  readonly earlyDataChannels?: readonly { readonly channel: Channel }[]
}

/**
 * Resolves when a connection that two peers agree on has come about. The listener of `@libp2p/webrtc` takes the end of their
 * talk for it, also where the dialer has broken off, and would have a peer that is not there until ICE gives up after half a
 * minute.
 *
 * @throws Error when it fails or is closed instead; the signal's reason
 */
export async function waitConnected(peerConnection: PeerConnection, signal: AbortSignal | undefined): Promise<void> {
  const outcome = Promise.withResolvers<void>()
  const look = (): void => {
    const { connectionState } = peerConnection
    if (connectionState === 'connected') outcome.resolve()
    else if (connectionState === 'failed' || connectionState === 'closed') {
      outcome.reject(new Error(`it is ${connectionState} before it came about`))
    }
  }
  peerConnection.addEventListener('connectionstatechange', look)
  try {
    look()
    await raceSignal(outcome.promise, signal)
  } finally {
    peerConnection.removeEventListener('connectionstatechange', look)
  }
}

/**
 * Resolves when the dialer has closed its first data channel, or has taken a second. The listener's muxer would close it, and
 * a dialer of `@libp2p/webrtc` that has not yet seen it open waits for that without success.
 *
 * @throws the signal's reason
 */
export async function untilFirstClosed(
  peerConnection: PeerConnection,
  { earlyDataChannels = [] }: EarlyChannels,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const closed = Promise.withResolvers<void>()
  const follow = (channel: Channel): void => {
    if (channel.label !== 'init') return
    if (channel.readyState === 'closed') closed.resolve()
    else channel.addEventListener('close', () => closed.resolve(), { once: true })
  }
  const onChannel = ({ channel }: { readonly channel: Channel }): void => follow(channel)
  const late = new Error('it does not close')
  const limit = deadline({ clock, afterMs: FIRST_CLOSED_MS, error: () => late, signal })
  peerConnection.addEventListener('datachannel', onChannel)
  try {
    for (const { channel } of earlyDataChannels) follow(channel)
    await raceSignal(closed.promise, limit.signal)
  } catch (error) {
    if (error !== late) throw error
  } finally {
    limit.cancel()
    peerConnection.removeEventListener('datachannel', onChannel)
  }
}
