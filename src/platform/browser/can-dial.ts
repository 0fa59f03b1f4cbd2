import { transportOfAddress } from '../transport-of-address.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/**
 * True for WebSocket addresses; on a page served over HTTPS only for secure ones and loopback, since browsers refuse
 * the rest there as mixed content.
 *
 * @param pageProtocol - `location.protocol`; undefined where there is no page
 */
export function canDialFromPage(address: string, pageProtocol: string | undefined): boolean {
  const kind = transportOfAddress(address)
  if (kind?.transport !== 'websocket') return false
  return kind.secure || pageProtocol !== 'https:' || LOOPBACK.test(kind.host)
}
