import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { LamparaError, messageOf } from '../errors/index.ts'

/** The longest address looked at: a relayed WebRTC address with two certificate hashes stays far below. */
const MAX_ADDRESS_LENGTH = 1024

/** A peer's address, taken apart. */
export interface PeerAddress {
  readonly address: Multiaddr
  /** The peer at its far end. */
  readonly peerId: string
}

/**
 * Reads a multiaddr that says which peer is there: `/dns4/relay.example/tcp/443/tls/ws/p2p/16Uiu2…`.
 *
 * @throws LamparaError `address_invalid` when it is not a multiaddr, or does not end with `/p2p/` and a peer id
 */
export function parsePeerAddress(text: string): PeerAddress {
  // As it comes from a file or the clipboard.
  const address = text.trim()
  if (address.length > MAX_ADDRESS_LENGTH) {
    throw invalid(`${address.slice(0, 64)}…`, `it has more than ${MAX_ADDRESS_LENGTH} characters`)
  }
  try {
    const parsed = multiaddr(address)
    const last = parsed.getComponents().at(-1)
    if (last?.name !== 'p2p' || last.value === undefined) throw new Error('it does not end with /p2p/ and a peer id')
    if (parsed.getComponents().length < 2) throw new Error('it has a peer id but no address')
    return { address: parsed, peerId: peerIdOf(last.value) }
  } catch (cause) {
    throw invalid(address, messageOf(cause), cause)
  }
}

function peerIdOf(text: string): string {
  try {
    return peerIdFromString(text).toString()
  } catch (cause) {
    throw new Error(`"${text}" is not a peer id`, { cause })
  }
}

function invalid(address: string, reason: string, cause?: unknown): LamparaError {
  return new LamparaError('address_invalid', `Cannot use address "${address}": ${reason}`, {
    cause,
    details: { address },
  })
}
