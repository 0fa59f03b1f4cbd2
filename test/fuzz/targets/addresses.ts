import { parsePeerAddress } from '../../../src/discovery/index.ts'
import { transportOf } from '../../../src/discovery/peer-exchange/transport-of.ts'
import { networkGroupOf } from '../../../src/peers/address-book/address-group.ts'
import { isPrivateAddress } from '../../../src/peers/connections/private-address.ts'
import { insist, type Target } from '../engine/target.ts'

const peer = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

/** Addresses of peers, and what is made of them before anybody is dialed. */
export function peerAddress(): Target {
  const addresses = [
    `/dns4/relay.example/tcp/443/tls/ws/p2p/${peer}`,
    `/ip4/10.1.2.3/tcp/9000/p2p/${peer}`,
    `/ip6/2001:db8::1/udp/9000/quic-v1/p2p/${peer}`,
    `/ip4/1.2.3.4/udp/9000/webrtc-direct/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ/p2p/${peer}`,
    `/dns6/example.org/tcp/443/wss/p2p/${peer}/p2p-circuit/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N`,
    `/ip6zone/eth0/ip6/fe80::1/tcp/1/p2p/${peer}`,
    `/unix/tmp%2Fsocket/p2p/${peer}`,
  ]
  return {
    seeds: addresses.map((address) => new TextEncoder().encode(address)),
    wordsCount: false,
    codes: ['address_invalid'],
    maxInputBytes: 1_200,
    maxAllocation: 1 << 20,
    tokens: [
      ...[
        '/ip4/',
        '/ip6/',
        '/dns4/',
        '/dnsaddr/',
        '/tcp/',
        '/udp/',
        '/ws',
        '/tls',
        '/sni/',
        '/quic-v1',
        '/p2p/',
        '/certhash/',
      ],
      ...[
        '/http-path/',
        '/ipcidr/',
        '/memory/',
        '/garlic64/',
        '/onion3/',
        '65536',
        '::',
        '%2f',
        '256',
        '0x7f',
        '..',
        '//',
      ],
      ...['12D3KooW', 'Qm', 'z', 'bafzaa'],
    ],
    run(input) {
      const text = new TextDecoder().decode(input)
      transportOf(text)
      networkGroupOf(text)
      const { address, peerId } = parsePeerAddress(text)
      isPrivateAddress(address)
      const again = parsePeerAddress(address.toString())
      insist(again.peerId === peerId, 'is another peer when it is written out')
      return transportOf(text) ?? 'other'
    },
  }
}
