import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LamparaError } from '../../errors/index.ts'
import { linkSignals, raceSignal } from '../../streams/abort.ts'
import { failure, type RestResponse, type RestStream } from './response.ts'
import type { RestRequest } from './route.ts'

/** A slow or silent asker is dropped after this. */
const REQUEST_TIMEOUT_MS = 10_000
const MAX_CONNECTIONS = 256
/** Streams of events at once, and what may wait for a reader of one: who is slower is dropped. */
const MAX_STREAMS = 64
const MAX_UNREAD_BYTES = 1024 * 1024
const MAX_HEADER_BYTES = 16 * 1024

/** A running HTTP server. */
export interface RestServer {
  /** Base URL, without a slash at its end. */
  readonly url: string
  /** Closes everything. Idempotent. */
  stop(): Promise<void>
}

/**
 * Serves answers over HTTP on 127.0.0.1, to pages of any origin.
 *
 * @param options.port - 0 for a free one
 * @throws LamparaError `invalid_argument` when the port cannot be listened on; the signal's reason
 */
export async function serveRest(
  respond: (request: RestRequest) => RestResponse | RestStream,
  options: { readonly port: number; readonly signal?: AbortSignal | undefined },
): Promise<RestServer> {
  const stopping = new AbortController()
  let streams = 0
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    // A body is of no interest, but must be taken off the wire before the connection can be used again.
    request.resume()
    const stream = answer(request, response, respond, streams < MAX_STREAMS)
    if (stream === undefined) return
    streams++
    void send(stream, response, stopping.signal).finally(() => streams--)
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.maxConnections = MAX_CONNECTIONS
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    stopped ??= new Promise((resolve) => {
      stopping.abort()
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return stopped
  }
  try {
    await raceSignal(listening(server, options.port), options.signal)
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  respond: (request: RestRequest) => RestResponse | RestStream,
  mayStream: boolean,
): RestStream | undefined {
  const { method = 'GET', url = '/' } = request
  const cors = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    'access-control-expose-headers': 'eth-consensus-version',
    // Browsers ask before a public page may reach loopback.
    'access-control-allow-private-network': 'true',
    'cache-control': 'no-store',
  }
  if (method === 'OPTIONS') {
    response.writeHead(204, cors).end()
    return undefined
  }
  const answered = respond({ method, target: url, accept: request.headers.accept })
  if ('stream' in answered && method !== 'HEAD' && mayStream) {
    response.writeHead(answered.status, { ...cors, ...answered.headers })
    response.flushHeaders()
    return answered
  }
  const { status, headers, body } = 'stream' in answered ? failure(503, 'Too many streams of events') : answered
  response.writeHead(status, { ...cors, ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(method === 'HEAD' ? undefined : body)
  return undefined
}

/** Sends pieces until the asker leaves, the server stops, or too much waits for a slow reader. */
async function send(stream: RestStream, response: ServerResponse, stopping: AbortSignal): Promise<void> {
  const over = linkSignals(stopping)
  response.once('close', () => over.abort())
  try {
    for await (const piece of stream.stream(over.signal)) {
      response.write(piece)
      if (response.writableLength > MAX_UNREAD_BYTES) break
    }
  } catch {
    // The signal's reason: nobody listens any more.
  } finally {
    over.dispose()
    response.destroy()
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(LamparaError.from(error, 'invalid_argument', `Cannot serve the Beacon API on 127.0.0.1:${port}`))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}
