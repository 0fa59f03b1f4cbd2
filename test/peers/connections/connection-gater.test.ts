import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { createConnectionGater } from '../../../src/peers/connections/connection-gater.ts'

const peerId = peerIdFromString('16Uiu2HAmMVA1qKL3VekYZVa3QnnfBfirUEvFmEdQk7MiwSgGCNNp')
const local = multiaddr('/ip4/127.0.0.1/tcp/4001/ws')
const distant = multiaddr('/ip4/8.8.8.8/tcp/4001')

function gater(
  options: { banned?: boolean; allowPrivateAddresses?: boolean; canDial?: (address: string) => boolean } = {},
) {
  const { banned = false, allowPrivateAddresses = false, canDial = () => true } = options
  return createConnectionGater({ isBanned: () => banned, allowPrivateAddresses, canDial })
}

describe('the gater', () => {
  it('dials private addresses only where they were named, with or without the peer id, or are allowed', () => {
    const { connectionGater, allow } = gater()
    expect(connectionGater.denyDialMultiaddr!(local)).toBe(true)
    allow(local.encapsulate(`/p2p/${peerId}`))
    expect(connectionGater.denyDialMultiaddr!(local)).toBe(false)
    expect(connectionGater.denyDialMultiaddr!(local.encapsulate(`/p2p/${peerId}`))).toBe(false)
    expect(connectionGater.denyDialMultiaddr!(multiaddr('/ip4/127.0.0.1/tcp/4002/ws'))).toBe(true)
    expect(gater({ allowPrivateAddresses: true }).connectionGater.denyDialMultiaddr!(local)).toBe(false)
  })

  it('dials public addresses that there is a transport for', () => {
    expect(gater().connectionGater.denyDialMultiaddr!(distant)).toBe(false)
    expect(gater({ canDial: () => false }).connectionGater.denyDialMultiaddr!(distant)).toBe(true)
  })

  it('refuses banned peers at each door', () => {
    for (const banned of [true, false]) {
      const { connectionGater } = gater({ banned })
      expect(connectionGater.denyDialPeer!(peerId)).toBe(banned)
      expect(connectionGater.denyInboundEncryptedConnection!(peerId, {} as never)).toBe(banned)
      expect(connectionGater.denyOutboundEncryptedConnection!(peerId, {} as never)).toBe(banned)
    }
  })
})
