import { describe, expect, it } from 'vitest'
import { parsePeerAddress } from '../../src/discovery/index.ts'

const PEER = '16Uiu2HAm8u35SroiX4twGMzSViYFN31HphDhtKLsRr84PVSNdr9D'

describe('parsePeerAddress()', () => {
  it.each([
    `/ip4/127.0.0.1/tcp/9000/p2p/${PEER}`,
    `/ip6/::1/udp/9001/quic-v1/p2p/${PEER}`,
    `/dns4/relay.example/tcp/443/tls/ws/p2p/${PEER}`,
    `/dnsaddr/relay.example/p2p/${PEER}`,
  ])('names the peer at the far end of %s', (address) => {
    expect(parsePeerAddress(address).peerId).toBe(PEER)
    expect(parsePeerAddress(address).address.toString()).toBe(address)
  })

  it('names the far peer, not the relay, of a relayed address', () => {
    const relay = '16Uiu2HAm9QpUitRZepmQKEcgWv7CVxp2HxYLd4Vv3wqo9ZuDH4FZ'
    expect(parsePeerAddress(`/ip4/127.0.0.1/tcp/9000/p2p/${relay}/p2p-circuit/p2p/${PEER}`).peerId).toBe(PEER)
  })

  it.each([
    ['no multiaddr', 'relay.example:9000'],
    ['nothing', ''],
    ['an unknown protocol', `/carrier-pigeon/7/p2p/${PEER}`],
    ['no peer id', '/ip4/127.0.0.1/tcp/9000'],
    ['a peer id and no place', `/p2p/${PEER}`],
    ['a malformed peer id', '/ip4/127.0.0.1/tcp/9000/p2p/nobody'],
    ['an octet out of range', `/ip4/127.0.0.256/tcp/9000/p2p/${PEER}`],
    ['endless text', `/dns4/${'a'.repeat(5000)}/tcp/1/p2p/${PEER}`],
  ])('refuses %s with `address_invalid`', (_, address) => {
    expect(() => parsePeerAddress(address)).toThrow(expect.objectContaining({ code: 'address_invalid' }))
  })
})
