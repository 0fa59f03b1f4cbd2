import type { AbortOptions } from '@libp2p/interface'
import { AbstractStream, type AbstractStreamInit, type SendResult } from '@libp2p/utils'
import { raceSignal } from '../streams/abort.ts'

/** A stream as the platform has it. */
export interface BidirectionalStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** What libp2p sends in one piece. */
type Sent = Parameters<AbstractStream['sendData']>[0]

/** Handed to the platform and not yet taken by the network, before more is asked for. */
const HIGH_WATER = 256 * 1024
/** Kept for anyone who listens late before no more is read. Past 4 MiB libp2p would end the stream. */
const UNHEARD_BYTES = 256 * 1024
/** Read for nothing once the readable side is closed, to learn of the other side's end, before it is told to stop. */
const UNWANTED_BYTES = 256 * 1024

/**
 * A stream of a WebTransport session as libp2p takes it. While it is paused, or nobody listens, it reads nothing, so that
 * QUIC's own flow control holds the sender back.
 */
export class SessionStream extends AbstractStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #reading = false
  #waiting = 0
  #full = false
  #unwanted = 0

  constructor(stream: BidirectionalStream, init: AbstractStreamInit) {
    super(init)
    this.#reader = stream.readable.getReader()
    this.#writer = stream.writable.getWriter()
    this.#writer.closed.catch(() => this.#onWriteFailed())
    void this.#read()
  }

  override sendData(data: Sent): SendResult {
    const sentBytes = data.byteLength
    this.#waiting += sentBytes
    const over = (): void => this.#onWritten(sentBytes)
    // What cannot be sent any more goes nowhere, and keeps nobody waiting.
    this.#writer.write(data.subarray()).then(over, over)
    this.#full = this.#waiting >= HIGH_WATER
    return { sentBytes, canSendMore: !this.#full }
  }

  override sendReset(error: Error): void {
    this.#writer.abort(error).catch(() => {})
    this.#reader.cancel(error).catch(() => {})
  }

  override async sendCloseWrite(options?: AbortOptions): Promise<void> {
    await raceSignal(
      this.#writer.close().catch(() => {}),
      options?.signal,
    )
  }

  /** As with libp2p's muxers, the other side is told nothing of it unless it goes on. */
  override async sendCloseRead(): Promise<void> {
    void this.#read()
  }

  override sendPause(): void {}

  override sendResume(): void {
    void this.#read()
  }

  override addEventListener(...args: Parameters<AbstractStream['addEventListener']>): void {
    super.addEventListener(...args)
    // After what was kept has been told.
    if (args[0] === 'message') queueMicrotask(() => void this.#read())
  }

  async #read(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      while (this.readStatus !== 'paused' && this.readBufferLength < UNHEARD_BYTES) {
        const { value, done } = await this.#reader.read()
        if (done) return this.onRemoteCloseWrite()
        if (this.readStatus === 'closing' || this.readStatus === 'closed') this.#onUnwanted(value.byteLength)
        else this.onData(value)
      }
    } catch {
      if (this.status === 'open' || this.status === 'closing') this.onRemoteReset()
    } finally {
      this.#reading = false
    }
  }

  #onUnwanted(bytes: number): void {
    this.#unwanted += bytes
    if (this.#unwanted > UNWANTED_BYTES) this.#reader.cancel().catch(() => {})
  }

  #onWritten(bytes: number): void {
    this.#waiting -= bytes
    if (!this.#full || this.#waiting > HIGH_WATER / 2) return
    this.#full = false
    this.safeDispatchEvent('drain')
  }

  /** The other side reads no more, which alone is no end. */
  #onWriteFailed(): void {
    if (this.status === 'open' || this.status === 'closing') this.onRemoteCloseRead()
  }
}
