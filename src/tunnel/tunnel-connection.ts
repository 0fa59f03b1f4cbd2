import type { AbortOptions, Logger, Stream } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import { LamparaError } from '../errors/index.ts'
import type { CancelTimer, Clock } from '../streams/clock.ts'
import type { OpenedTunnel } from './open-tunnel.ts'
import type { StreamTap } from './stream-tap.ts'

/** What waits to be sent before more is asked for, at most. */
const LOW_WATER = 16 * 1024
/** After our own end, the target has so long to end its side before the stream is reset. */
const LINGER_MS = 1000

/** What libp2p sends in one piece. */
type Sent = Parameters<AbstractMultiaddrConnection['sendData']>[0]

/** An open tunnel as libp2p's upgrader takes it: raw bytes to the target and back, with backpressure both ways. */
export class TunnelConnection extends AbstractMultiaddrConnection {
  readonly #stream: Stream
  readonly #tap: StreamTap
  readonly #clock: Clock
  #cancelLinger: CancelTimer = () => {}

  constructor(tunnel: OpenedTunnel, options: { remoteAddr: Multiaddr; clock: Clock; log: Logger }) {
    super({ direction: 'outbound', remoteAddr: options.remoteAddr, log: options.log })
    this.#stream = tunnel.stream
    this.#tap = tunnel.tap
    this.#clock = options.clock
    const onDrain = (): void => queueMicrotask(() => this.#drained())
    this.#stream.addEventListener('drain', onDrain)
    tunnel.listen({
      onBytes: (bytes) => this.onData(bytes),
      // Connections know no half-close.
      onEnd: () => {
        this.#stream.close().catch(() => {})
        this.onTransportClosed()
      },
      onClose: (error) => {
        this.#cancelLinger()
        this.#tap.detach()
        this.#stream.removeEventListener('drain', onDrain)
        if (error !== undefined && this.status === 'open') this.onRemoteReset()
        else this.onTransportClosed()
      },
    })
    if (tunnel.early.length > 0) this.onData(tunnel.early)
    this.#tap.resume()
  }

  override sendData(data: Sent): { sentBytes: number; canSendMore: boolean } {
    const sentBytes = data.byteLength
    try {
      return { sentBytes, canSendMore: this.#stream.send(data) }
    } catch (error) {
      // Thrown from here, it would reach anyone who sends, muxers among them, and end the process.
      queueMicrotask(() => this.abort(error instanceof Error ? error : new Error('The tunnel broke')))
      return { sentBytes, canSendMore: true }
    }
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    this.#cancelLinger = this.#clock.setTimer(() => {
      this.#stream.abort(new LamparaError('peer_disconnected', 'The target does not end its side of the tunnel'))
    }, LINGER_MS)
    // To learn of the target's end.
    this.#tap.resume()
    await this.#stream.close(options)
  }

  override sendReset(error: Error): void {
    this.#cancelLinger()
    this.#tap.detach()
    this.#stream.abort(error)
  }

  override sendPause(): void {
    this.#tap.pause()
  }

  override sendResume(): void {
    this.#tap.resume()
  }

  #drained(): void {
    if (!this.#stream.writableNeedsDrain && this.#stream.writeBufferLength <= LOW_WATER) this.safeDispatchEvent('drain')
  }
}
