import { CLIENT_SHUTDOWN, TOO_MANY_PEERS } from '../handshake/goodbye.ts'
import type { PeerInfo } from '../types.ts'

/** How to say goodbye to a peer that gives its place to another: who dialed us may come again, whom we dialed we only leave. */
export function goodbyeCode({ direction }: Pick<PeerInfo, 'direction'>): number {
  return direction === 'inbound' ? TOO_MANY_PEERS : CLIENT_SHUTDOWN
}
