import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LamparaError } from '../../errors/index.ts'
import { raceSignal } from '../../streams/abort.ts'
import { loadExposition } from './exposition.ts'
import type { Family } from './family.ts'
import { monitorProcess } from './process-families.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** Prometheus holds one connection, a pair of them two. */
const MAX_CONNECTIONS = 16

/** Where to serve metrics. */
export interface MetricsOptions {
  /** IP address to listen on. @default '127.0.0.1': they are not for the public */
  readonly host?: string
  readonly port: number
}

/** The running listener. */
export interface MetricsSide {
  /** `http://HOST:PORT/metrics` */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Serves `/metrics` in Prometheus text format on a listener of its own.
 *
 * @param families - called for each scrape, one at a time
 * @throws LamparaError `invalid_argument` when the port cannot be listened on; the signal's reason
 */
export async function serveMetrics(
  families: () => readonly Family[],
  { host = '127.0.0.1', port }: MetricsOptions,
  signal?: AbortSignal,
): Promise<MetricsSide> {
  const exposition = await loadExposition()
  const monitor = monitorProcess()
  let scrapes: Promise<unknown> = Promise.resolve()

  function scrape(): Promise<string> {
    const text = scrapes.then(() => exposition.write([...families(), ...monitor.families()]))
    scrapes = text.catch(() => {})
    return text
  }

  const server = createServer((request, response) => {
    request.resume()
    if (request.url?.split('?', 1)[0] !== '/metrics') return answer(response, 404, 'not found\n')
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'method not allowed\n')
    scrape().then(
      (text) => answer(response, 200, text, exposition.contentType),
      () => answer(response, 500, 'cannot collect metrics\n'),
    )
  })
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  server.maxConnections = MAX_CONNECTIONS
  const stop = async (): Promise<void> => {
    monitor.stop()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
    await scrapes
  }
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(LamparaError.from(error, 'invalid_argument', `Cannot serve metrics on ${host}:${port}`)),
    )
    server.listen(port, host, resolve)
  })
  try {
    await raceSignal(listening, signal)
  } catch (error) {
    await stop()
    throw error
  }
  const shownHost = host.includes(':') ? `[${host}]` : host
  return { url: `http://${shownHost}:${(server.address() as AddressInfo).port}/metrics`, stop }
}

function answer(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
}
