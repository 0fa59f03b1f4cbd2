import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/** What sockets may send of messages that are not complete yet, in bytes. */
export interface PartialMessageLimits {
  readonly perSocket: number
  readonly total: number
}

/** Bounds what WebSockets hold of messages that are not complete. */
export interface PartialMessages {
  /** Watches a WebSocket for as long as its socket lives. */
  watch(socket: Socket, webSocket: EventEmitter): void
  /** What all of them hold now. */
  readonly bytes: number
}

/**
 * Counts what each socket sent since its last complete message. A socket beyond its limit is closed, and where all together are
 * beyond theirs, those that sent most. WebSocket's own pings are no messages: a flood of them ends here, too.
 */
export function createPartialMessages(limits: PartialMessageLimits): PartialMessages {
  const held = new Map<Socket, number>()
  let bytes = 0

  function set(socket: Socket, next: number): void {
    bytes += next - (held.get(socket) ?? 0)
    if (next > 0) held.set(socket, next)
    else held.delete(socket)
  }

  function closeLargest(): void {
    const byBytes = [...held].sort((a, b) => b[1] - a[1])
    for (const [socket] of byBytes) {
      if (bytes <= limits.total) return
      set(socket, 0)
      socket.destroy()
    }
  }

  return {
    watch(socket, webSocket) {
      // Before the WebSocket reads it: a message that it completes is taken off again.
      socket.prependListener('data', (data: Uint8Array) => {
        if (socket.destroyed) return
        set(socket, (held.get(socket) ?? 0) + data.byteLength)
        if (held.get(socket)! > limits.perSocket) {
          set(socket, 0)
          socket.destroy()
        } else if (bytes > limits.total) closeLargest()
      })
      webSocket.on('message', () => set(socket, 0))
      socket.once('close', () => set(socket, 0))
    },
    get bytes() {
      return bytes
    },
  }
}
