import type { Logger, MessageStreamDirection } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What is used of a session here. */
export interface ClosableSession {
  /** Settles when the session is over. */
  readonly closed: Promise<unknown>
  close(): void
}

/** A session as libp2p's upgrader takes it. Bytes go by its streams alone. */
export class SessionConnection extends AbstractMultiaddrConnection {
  readonly #session: ClosableSession

  constructor(
    session: ClosableSession,
    options: { readonly remoteAddr: Multiaddr; readonly direction: MessageStreamDirection; readonly log: Logger },
  ) {
    super(options)
    this.#session = session
    session.closed.then(
      () => this.onTransportClosed(),
      () => this.onTransportClosed(),
    )
  }

  override sendData({ byteLength }: { readonly byteLength: number }): { sentBytes: number; canSendMore: boolean } {
    return { sentBytes: byteLength, canSendMore: true }
  }

  override async sendClose(): Promise<void> {
    this.#session.close()
  }

  override sendReset(): void {
    this.#session.close()
  }

  override sendPause(): void {}

  override sendResume(): void {}
}
