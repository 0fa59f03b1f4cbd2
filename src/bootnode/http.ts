import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { joinDocumentPath } from '../discovery/index.ts'
import { LamparaError } from '../errors/index.ts'
import { boundSockets } from '../platform/node/transports/bound-sockets.ts'
import type { CertificateSource } from '../platform/transports.ts'
import { raceSignal } from '../streams/abort.ts'

/** What the HTTP side answers with. */
export interface HttpSources {
  /** The join document as JSON, or undefined while there is nothing to join. */
  joinDocument(): string | undefined
  /** True when clients can be served verified heads. */
  ready(): boolean
  /** True when it ends. */
  draining?(): boolean
}

/** The running HTTP side. */
export interface HttpSide {
  readonly url: string
  stop(): Promise<void>
}

/** A slow or silent asker is dropped after this. */
const REQUEST_TIMEOUT_MS = 10_000
/** Of all addresses, and of one; the oldest make room. */
const MAX_CONNECTIONS = {
  total: 2_048,
  perAddress: 1_024,
  // A proxy in front asks for everyone.
  rate: { burst: Number.POSITIVE_INFINITY, perSecond: 1 },
} as const

/** Where to serve. */
export interface HttpOptions {
  readonly host: string
  readonly port: number
  /** With it, over HTTPS. */
  readonly certificate?: CertificateSource | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Serves the join document, `/health` (the process runs) and `/ready` (verified heads can be had).
 *
 * @throws LamparaError `invalid_argument` when the port cannot be listened on; the signal's reason
 */
export async function serveHttp(sources: HttpSources, options: HttpOptions): Promise<HttpSide> {
  const { certificate } = options
  const respond = (request: IncomingMessage, response: ServerResponse) => {
    // Anyone's page may read the document: it holds nothing but public addresses.
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('cache-control', 'no-store')
    request.resume()
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, '{"error":"method not allowed"}')
    switch (pathOf(request.url)) {
      case joinDocumentPath: {
        const document = sources.joinDocument()
        return document === undefined ? answer(response, 503, '{"error":"not ready"}') : answer(response, 200, document)
      }
      case '/health':
        return answer(response, 200, '{"ok":true}')
      case '/ready':
        if (sources.ready()) return answer(response, 200, '{"ready":true}')
        return answer(response, 503, sources.draining?.() ? '{"ready":false,"draining":true}' : '{"ready":false}')
      default:
        return answer(response, 404, '{"error":"not found"}')
    }
  }
  const secure = certificate && createSecureServer({ handshakeTimeout: REQUEST_TIMEOUT_MS }, respond)
  const unwatch = certificate?.watch(({ cert, key }) => secure?.setSecureContext({ cert, key }))
  const server = secure ?? createServer(respond)
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  const sockets = boundSockets(MAX_CONNECTIONS)
  server.on('connection', sockets.add)
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      unwatch?.()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  try {
    await raceSignal(listening(server, options), options.signal)
  } catch (error) {
    await stop()
    throw error
  }
  const { port } = server.address() as AddressInfo
  const host = options.host.includes(':') ? `[${options.host}]` : options.host
  return { url: `http${secure ? 's' : ''}://${host}:${port}`, stop }
}

function listening(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(LamparaError.from(error, 'invalid_argument', `Cannot serve the join document on ${host}:${port}`)),
    )
    server.listen(port, host, resolve)
  })
}

function pathOf(url: string | undefined): string {
  return (url ?? '/').split('?', 1)[0] ?? '/'
}

function answer(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${json}\n`)
}
