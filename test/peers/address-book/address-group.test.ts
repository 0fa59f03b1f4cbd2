import { expect, it } from 'vitest'
import { networkGroupOf } from '../../../src/peers/address-book/address-group.ts'

it.each([
  ['/ip4/5.6.7.8/tcp/9000', '5.6'],
  ['/ip6/2001:4860:1:2::3/udp/9000/quic-v1', '2001:4860'],
  ['/ip6/2400::3/tcp/9000', '2400:0'],
  ['/dns4/one.relay.Example.org/tcp/443/tls/ws', 'example.org'],
  ['/dns/example.org./tcp/443/wss', 'example.org'],
  ['/ip4/10.0.0.7/tcp/9000', 'local'],
  ['/ip6/::1/tcp/9000', 'local'],
  ['/ip6/2001::3/tcp/9000', 'local'],
  ['/dns4/localhost/tcp/9000', 'local'],
  ['no address', 'local'],
])('the network group of %s is %s', (address, group) => {
  expect(networkGroupOf(address)).toBe(group)
})
