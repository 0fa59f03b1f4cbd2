import type { Stream } from '@libp2p/interface'

export const KIB = 1024
export const MIB = 1024 * KIB
const CHUNK = new Uint8Array(64 * KIB).fill(7)

/** Reads a stream, counting; the caller may hold it back. */
export interface Counter {
  readonly bytes: number
  /** Resolves when at least so many bytes have come. */
  until(bytes: number): Promise<void>
  /** Resolves when the other side has ended its half; rejects when the stream broke before. */
  readonly ended: Promise<void>
}

/** Attaches at once, as a stream wants it. */
export function count(stream: Stream, onData: (data: Uint8Array) => void = () => {}): Counter {
  let bytes = 0
  const waiting = new Set<{ readonly bytes: number; resolve(): void; reject(error: Error): void }>()
  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => {})
  const broke = (): void => {
    const error = new Error(`the stream ended as ${stream.status} after ${bytes} bytes`)
    ended.reject(error)
    for (const wait of waiting) wait.reject(error)
  }
  stream.addEventListener('message', ({ data }) => {
    bytes += data.byteLength
    onData(data.subarray())
    for (const wait of waiting) {
      if (bytes < wait.bytes) continue
      waiting.delete(wait)
      wait.resolve()
    }
  })
  // Not `remoteCloseWrite`, which may come before the last bytes.
  stream.addEventListener('end', () => {
    if (stream.status !== 'aborted' && stream.status !== 'reset') ended.resolve()
  })
  stream.addEventListener('close', ({ error }) => {
    if (error === undefined) ended.resolve()
    broke()
  })
  if (stream.status !== 'open') queueMicrotask(broke)
  return {
    get bytes() {
      return bytes
    },
    until(wanted) {
      if (bytes >= wanted) return Promise.resolve()
      return new Promise((resolve, reject) => waiting.add({ bytes: wanted, resolve, reject }))
    },
    ended: ended.promise,
  }
}

/** Sends so many bytes, waiting whenever the stream asks for it. */
export async function sendBytes(
  stream: Stream,
  bytes: number,
  onSent: (bytes: number) => void = () => {},
): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK
    const more = stream.send(chunk)
    onSent(chunk.length)
    if (!more) await drained(stream)
  }
}

function drained(stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.status !== 'open') return reject(new Error(`the stream is ${stream.status}`))
    const done = (): void => {
      stream.removeEventListener('drain', done)
      stream.removeEventListener('close', failed)
      resolve()
    }
    const failed = (): void => {
      stream.removeEventListener('drain', done)
      reject(new Error(`the stream ended as ${stream.status}`))
    }
    stream.addEventListener('drain', done)
    stream.addEventListener('close', failed)
  })
}

/** Resolves when the stream is over, however. */
export function closed(target: Pick<Stream, 'status' | 'addEventListener'>): Promise<void> {
  return new Promise((resolve) => {
    if (target.status !== 'open' && target.status !== 'closing') resolve()
    else target.addEventListener('close', () => resolve(), { once: true })
  })
}

/** A number in 4 bytes. */
export function encodeNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** Reads one number of 4 bytes, which is all that comes. */
export async function readNumber(stream: Stream): Promise<number> {
  const got: number[] = []
  const counter = count(stream, (data) => got.push(...data))
  await counter.until(4)
  return new DataView(Uint8Array.from(got).buffer).getUint32(0)
}
