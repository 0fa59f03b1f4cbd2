import { setImmediate } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'

/** Each byte on its own, with other work in between; gives up when the stream ends. */
export async function sendSlowly(stream: Stream, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    if (stream.status !== 'open') return
    stream.send(Uint8Array.of(byte))
    await setImmediate()
  }
}

/** The same bytes over and over, as fast as the stream takes them, until it ends. */
export async function flood(stream: Stream, bytes: Uint8Array): Promise<void> {
  while (stream.status === 'open') {
    if (stream.send(bytes)) await setImmediate()
    else await drained(stream)
  }
}

/** Resolves when the other side has closed its half, or the stream is over. */
export async function otherHalfClosed(stream: Stream): Promise<void> {
  if (stream.remoteWriteStatus === 'closed' || stream.status !== 'open') return
  await firstEvent(stream, ['remoteCloseWrite', 'close'])
}

function drained(stream: Stream): Promise<void> {
  return firstEvent(stream, ['drain', 'close'])
}

function firstEvent(stream: Stream, types: readonly ('drain' | 'close' | 'remoteCloseWrite')[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const type of types) stream.removeEventListener(type, done)
      resolve()
    }
    for (const type of types) stream.addEventListener(type, done)
  })
}
