import type { Socket } from 'node:net'
import type { Stream } from '@libp2p/interface'
import type { AcquireBandwidth } from './uplink.ts'

/** What waits to be sent before the socket is read again, at most, beside one piece. */
const LOW_WATER = 16 * 1024

/** Target to client. */
export interface Downlink {
  /** Begins to read the socket. */
  start(): void
  stop(): void
}

/**
 * Moves bytes from a socket to a stream, as fast as the stream takes them and leave is given.
 *
 * @param onClosed - called when the target's end has been passed on
 */
export function createDownlink(
  socket: Socket,
  stream: Stream,
  acquireBandwidth: AcquireBandwidth,
  onClosed: () => void,
  onFailed: (error: unknown) => void,
): Downlink {
  let unpaced = 0
  let full = false
  let ended = false

  function adjust(): void {
    if (unpaced > 0) return
    if (ended) close()
    else if (full) socket.pause()
    else socket.resume()
  }

  function send(bytes: Uint8Array): void {
    try {
      // False means that it is kept: it must not be sent again.
      full = !stream.send(bytes)
    } catch (error) {
      onFailed(error)
    }
  }

  function close(): void {
    ended = false
    stream.close().then(onClosed, onFailed)
  }

  function onData(bytes: Uint8Array): void {
    const leave = acquireBandwidth(bytes.length)
    if (leave === true) {
      send(bytes)
      if (full) socket.pause()
      return
    }
    unpaced++
    socket.pause()
    leave.then(
      () => {
        unpaced--
        send(bytes)
        adjust()
      },
      // The tunnel is over.
      () => {},
    )
  }

  function onDrain(): void {
    // The stream sends what it held first, in a microtask of its own. Its far end may have made room for a few bytes only.
    queueMicrotask(() => {
      if (!full || stream.writableNeedsDrain || stream.writeBufferLength > LOW_WATER) return
      full = false
      adjust()
    })
  }

  return {
    start() {
      stream.addEventListener('drain', onDrain)
      socket.on('data', onData)
      socket.on('end', () => {
        ended = true
        adjust()
      })
      socket.resume()
    },
    stop() {
      stream.removeEventListener('drain', onDrain)
      socket.off('data', onData)
    },
  }
}
