import type { Socket } from 'node:net'
import type { StreamTap } from '../../tunnel/stream-tap.ts'

/** Asks for leave to move bytes: true when it is given at once, otherwise a promise of it. */
export type AcquireBandwidth = (bytes: number) => true | Promise<void>

/** Client to target. */
export interface Uplink {
  /** Moves the bytes that came before, then taps the stream. */
  start(early: Uint8Array): void
  onBytes(bytes: Uint8Array): void
  onEnd(): void
}

/** Moves bytes from a tapped stream to a socket, as fast as the socket takes them and leave is given. */
export function createUplink(socket: Socket, tap: StreamTap, acquireBandwidth: AcquireBandwidth): Uplink {
  let unpaced = 0
  let full = false

  function adjust(): void {
    if (unpaced > 0 || full) tap.pause()
    else tap.resume()
  }

  function write(bytes: Uint8Array): void {
    if (!socket.writable) return
    full = !socket.write(bytes)
  }

  socket.on('drain', () => {
    full = false
    adjust()
  })

  function onBytes(bytes: Uint8Array): void {
    const leave = acquireBandwidth(bytes.length)
    if (leave === true) {
      write(bytes)
      if (full) tap.pause()
      return
    }
    unpaced++
    tap.pause()
    leave.then(
      () => {
        unpaced--
        write(bytes)
        adjust()
      },
      // The tunnel is over.
      () => {},
    )
  }

  return {
    onBytes,
    onEnd() {
      socket.end()
    },
    start(early) {
      if (early.length > 0) onBytes(early)
      adjust()
    },
  }
}
