import type { MessageStreamEvents, Stream } from '@libp2p/interface'
import { LamparaError, messageOf } from '../errors/index.ts'
import { onAbort } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import { listen } from '../streams/listen.ts'

/** How long a finished stream may wait for the other side's close before it is reset. */
const LINGER_MS = 1_000

/**
 * Sends bytes and resolves when the stream has passed all of them on, so that no more than one chunk is ever buffered.
 *
 * The bytes must not change afterwards: the stream keeps them by reference.
 *
 * @throws LamparaError `peer_disconnected` when the stream ends first; the signal's reason
 */
export async function sendAll(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (stream.writeStatus !== 'writable') throw gone()
  stream.send(bytes)
  const sent = (): boolean => stream.writeBufferLength === 0 && !stream.writableNeedsDrain
  if (sent()) return
  await new Promise<void>((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stopListening()
      forget()
      settle()
    }
    // On `drain` the stream sends on in a microtask that it queued before this one. Its onDrain() works only once: events do not.
    const progress = (): void => queueMicrotask(() => sent() && finish(resolve))
    const closed = (): void => finish(() => reject(gone()))
    const aborted = (): void => finish(() => reject(signal.reason))
    const stopListening = listen<MessageStreamEvents>(stream, { drain: progress, idle: progress, close: closed })
    const forget = onAbort(signal, aborted)
  })
}

/**
 * Sends the last bytes and closes our half right behind them, so that both go out at once.
 *
 * @throws LamparaError `peer_disconnected` when the stream ends first; the signal's reason
 */
export async function sendLast(stream: Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (stream.writeStatus !== 'writable') throw gone()
  stream.send(bytes)
  await closeWrite(stream, signal)
}

/** Closes our half. @throws LamparaError `peer_disconnected` when the stream ends first; the signal's reason */
export async function closeWrite(stream: Stream, signal: AbortSignal): Promise<void> {
  try {
    await stream.close({ signal })
  } catch {
    signal.throwIfAborted()
    throw gone()
  }
}

/**
 * Releases a stream on which everything was said: what still comes is discarded, and the other side has a moment to close
 * its half, since a reset for a stream that it has already forgotten counts against us with some implementations. For the
 * same reason nothing tells it to stop sending: over QUIC its own close would then fail.
 */
export function closeGracefully(stream: Stream, clock: Clock): void {
  if (stream.status !== 'open' && stream.status !== 'closing') return
  const cancel = clock.setTimer(
    () => stream.abort(new LamparaError('timeout', 'The peer did not close the stream')),
    LINGER_MS,
  )
  stream.addEventListener('close', cancel, { once: true })
  stream.addEventListener('message', () => {})
  if (stream.readStatus === 'paused') stream.resume()
}

/** Resets a stream, whatever its state. */
export function reset(stream: Stream, reason: unknown): void {
  stream.abort(reason instanceof Error ? reason : new Error(messageOf(reason), { cause: reason }))
}

function gone(): LamparaError {
  return new LamparaError('peer_disconnected', 'the stream has ended')
}
