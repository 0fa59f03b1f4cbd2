/** What is used here of Deno's QUIC, whose types are not available. */
export interface DenoQuic {
  readonly QuicEndpoint: new (options: { hostname: string; port: number }) => QuicEndpoint
}

export interface QuicEndpoint {
  readonly addr: { readonly port: number }
  listen(options: {
    cert: string
    key: string
    alpnProtocols: string[]
    maxConcurrentBidirectionalStreams: number
    maxIdleTimeout: number
    keepAliveInterval: number
  }): QuicListener
  close(): void
}

export interface QuicListener extends AsyncIterable<QuicIncoming> {
  stop(): void
}

interface QuicIncoming {
  accept(): Promise<QuicConnection>
}

export interface QuicConnection {
  readonly remoteAddr: { readonly hostname: string; readonly port: number }
  readonly incomingBidirectionalStreams: ReadableStream<QuicStream>
  readonly incomingUnidirectionalStreams: ReadableStream<ReadableStream<Uint8Array>>
  readonly closed: Promise<unknown>
  createBidirectionalStream(): Promise<QuicStream>
  createUnidirectionalStream(): Promise<WritableStream<Uint8Array>>
  close(): void
}

export interface QuicStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

export const quic = (globalThis as unknown as { readonly Deno: DenoQuic }).Deno
