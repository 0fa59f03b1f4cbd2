import { LamparaError } from '../../errors/index.ts'
import { type AbortOptions, raceSignal } from '../abort.ts'
import { createByteFifo } from './byte-fifo.ts'

/**
 * Exact-length reads from a stream of bytes, one at a time: a second read while one is under way is refused with
 * `invalid_argument`. An aborted read loses nothing, the next one begins where it would have.
 */
export interface ByteReader {
  /**
   * Waits for exactly so many bytes and takes them.
   *
   * The caller bounds `length` before it asks: as many bytes may be held.
   *
   * @throws {@link LamparaError} `unexpected_end` when the stream ends before; `peer_disconnected` when it was reset or
   *   its connection went away; `stopped` after `release()`; the error that the stream was aborted with here, where that
   *   is a LamparaError; `signal.reason` on abort
   */
  read(length: number, options?: AbortOptions): Promise<Uint8Array>
  /**
   * Waits until another byte has come, without taking it.
   *
   * @returns false at a clean end of the stream; throws as `read` does otherwise
   */
  hasMore(options?: AbortOptions): Promise<boolean>
  /** Releases the stream, which its owner then closes or aborts. Unread bytes are dropped. Safe to call twice. */
  release(): void
  /** Bytes handed out by `read` so far. */
  readonly bytesRead: number
}

/** What a reader draws on. */
export interface ByteSource {
  /** Called when bytes were taken, or when `wanted` bytes are waited for: the time to fetch more. */
  demand(buffered: number, wanted: number): void
  /** Called once when the reader lets go. */
  detach(): void
}

/** The source's side of a reader. */
export interface ByteSink {
  push(bytes: Uint8Array): void
  /** No more bytes come: a clean end, or an error for anyone who reads past those that came. */
  end(error?: LamparaError): void
  readonly buffered: number
  /** How many bytes the read under way waits for; 0 without one. */
  readonly wanted: number
}

/** Makes a reader over whatever `connect` hands bytes in from. */
export function createReader(connect: (sink: ByteSink) => ByteSource): ByteReader {
  const fifo = createByteFifo()
  let ending: { readonly error?: LamparaError | undefined } | undefined
  let released = false
  let busy = false
  let wanted = 0
  let bytesRead = 0
  let wake = (): void => {}

  const sink: ByteSink = {
    push(bytes) {
      if (ending !== undefined) return
      fifo.append(bytes)
      if (fifo.size >= wanted) wake()
    },
    end(error) {
      ending ??= { error }
      wake()
    },
    get buffered() {
      return fifo.size
    },
    get wanted() {
      return wanted
    },
  }
  const source = connect(sink)

  /** Completes when as many bytes wait, or the stream is over. */
  async function until(length: number, signal: AbortSignal | undefined): Promise<void> {
    if (busy) throw new LamparaError('invalid_argument', 'Cannot read from stream: another read is under way')
    signal?.throwIfAborted()
    busy = true
    wanted = length
    try {
      if (fifo.size < length) source.demand(fifo.size, length)
      while (fifo.size < length && ending === undefined) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve
        })
        await raceSignal(woken, signal)
      }
    } finally {
      wanted = 0
      busy = false
    }
  }

  /** Why there is no more to come; undefined at a clean end. Made late: most readers are released and never read again. */
  function endingError(): LamparaError | undefined {
    if (!released) return ending?.error
    return new LamparaError('stopped', 'Cannot read from stream: its reader was released')
  }

  return {
    async read(length, { signal } = {}) {
      if (!Number.isSafeInteger(length) || length < 0) {
        throw new LamparaError('invalid_argument', `Cannot read ${length} bytes: not a length`)
      }
      await until(length, signal)
      if (fifo.size < length) {
        const error = endingError()
        if (error !== undefined) throw error
        throw new LamparaError('unexpected_end', `Cannot read ${length} bytes: the stream ended after ${fifo.size}`)
      }
      const bytes = fifo.take(length)
      bytesRead += length
      if (ending === undefined) source.demand(fifo.size, 0)
      return bytes
    },
    async hasMore({ signal } = {}) {
      await until(1, signal)
      if (fifo.size > 0) return true
      const error = endingError()
      if (error !== undefined) throw error
      return false
    },
    release() {
      fifo.clear()
      source.detach()
      released = true
      ending ??= {}
      wake()
    },
    get bytesRead() {
      return bytesRead
    },
  }
}
