import type { ComponentLogger } from '@libp2p/interface'
import type { NetworkEvent } from '../types.ts'

/** Makes what writes each network event to a logger as one line: `error` for what a user may have to act on. */
export function logEvents(logger: ComponentLogger): (event: NetworkEvent) => void {
  const log = logger.forComponent('lampara:network')
  return (event) => {
    switch (event.type) {
      case 'peer:connected':
        return log('connected to %s at %s', event.peer.id, event.peer.address)
      case 'peer:disconnected':
        return log('disconnected from %s: %s', event.peer.id, event.reason)
      case 'peer:banned':
        return log('banned %s: %s', event.peerId, event.reason)
      case 'peer:discovered':
        return log('discovered %s by %s', event.peerId, event.source)
      case 'dial:failed':
        return log('dial of %s failed: %s', event.address, event.error.message)
      case 'bootstrap:completed':
        return log('%d peers after half a minute, %d dialed', event.peers, event.tried)
      case 'join:changed':
        return log('the join document names other bootnodes now: %s', event.bootnodes.join(', '))
      case 'join:failed':
        return log('join document: %s', event.error.message)
      case 'storage:failed':
        return log.error('storage failed: %s', event.error.message)
      case 'validator:failed':
        return log.error('validator of %s failed: %s', event.topic, event.error.message)
    }
  }
}
