import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * A request as if it came from the client that the proxy in front names: the last address of `X-Forwarded-For`, which the proxy
 * itself wrote. Without one that is an IP address it stays as it is.
 */
export function forwardedRequest(request: IncomingMessage): IncomingMessage {
  const header = request.headers['x-forwarded-for']
  const last = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)!.trim()
  if (isIP(last) === 0) return request
  const socket = Object.create(request.socket, { remoteAddress: { value: last } })
  return Object.create(request, { socket: { value: socket } })
}
