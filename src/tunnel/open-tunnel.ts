import type { Stream } from '@libp2p/interface'
import { LamparaError } from '../errors/index.ts'
import { raceSignal } from '../streams/abort.ts'
import { collectTunnelReply, encodeTunnelRequest, type TunnelReply } from './frames.ts'
import { type StreamTap, type StreamTapEvents, tapStream } from './stream-tap.ts'
import { type TunnelTarget, targetAddress } from './target.ts'

/** A stream whose bytes are the target's from now on. */
export interface OpenedTunnel {
  readonly stream: Stream
  /** Paused. */
  readonly tap: StreamTap
  /** The target's bytes that came with the reply. */
  readonly early: Uint8Array
  /** Who learns of the tap from now on. Bytes that are not heard of are lost: call it before resuming. */
  listen(events: StreamTapEvents): void
}

/**
 * Asks for a tunnel on a stream of its protocol. Unless one opens, the stream is reset.
 *
 * @throws LamparaError `dial_failed`, or `dial_timeout` where the target did not accept in time, when the gateway answers with
 *   anything but "ok": `details` has its `status` and `retryAfterMs`; `peer_disconnected` when it ends the stream instead; the
 *   signal's reason
 */
export async function openTunnel(stream: Stream, target: TunnelTarget, signal: AbortSignal): Promise<OpenedTunnel> {
  const answer = Promise.withResolvers<{ frame: TunnelReply; rest: Uint8Array }>()
  const collector = collectTunnelReply()
  const unanswered = (error?: LamparaError): void =>
    answer.reject(error ?? new LamparaError('peer_disconnected', 'The gateway closed the stream without an answer'))
  let events: StreamTapEvents = {
    onBytes(bytes) {
      const whole = collector.push(bytes)
      if (whole === undefined) return
      tap.pause()
      answer.resolve(whole)
    },
    onEnd: unanswered,
    onClose: unanswered,
  }
  const tap = tapStream(stream, {
    onBytes: (bytes) => events.onBytes(bytes),
    onEnd: () => events.onEnd(),
    onClose: (error) => events.onClose(error),
  })
  try {
    stream.send(encodeTunnelRequest(target))
    const { frame, rest } = await raceSignal(answer.promise, signal)
    if (frame.status !== 'ok') throw refusal(target, frame)
    return {
      stream,
      tap,
      early: rest,
      listen(next) {
        events = next
      },
    }
  } catch (error) {
    tap.detach()
    stream.abort(error instanceof Error ? error : new LamparaError('aborted', 'The tunnel is not wanted any more'))
    throw error
  }
}

const meaning = {
  invalid: 'the gateway cannot read the request',
  refused: 'the gateway leads no tunnels there',
  busy: 'the target has no room for another tunnel now',
  overloaded: 'the gateway has no room for another tunnel now',
  unreachable: 'the target cannot be reached',
  timeout: 'the target did not accept in time',
} as const

function refusal(target: TunnelTarget, reply: TunnelReply): LamparaError {
  const { status, retryAfterMs } = reply
  const reason = status === 'ok' ? '' : meaning[status]
  return new LamparaError(
    status === 'timeout' ? 'dial_timeout' : 'dial_failed',
    `Cannot open a tunnel to ${targetAddress(target)}: ${reason}`,
    { details: { status, retryAfterMs } },
  )
}
