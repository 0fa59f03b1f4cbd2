import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { siteOf } from '../../../src/peers/limits/site.ts'

const idOf = (address: string): string => siteOf(multiaddr(address)).id

it.each([
  ['addresses of one IPv4 /24', '/ip4/6.6.6.1/tcp/1', '/ip4/6.6.6.254/udp/2/quic-v1'],
  ['addresses of one IPv6 /56', '/ip6/2a00:1:2:300::1/tcp/1', '/ip6/2a00:1:2:3ff:8000::5/tcp/1'],
  ['an IPv4 address and the same within IPv6', '/ip4/6.6.6.1/tcp/1', '/ip6/::ffff:6.6.6.1/tcp/1'],
  ['ports of a private address', '/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2/ws'],
])('%s are one site', (_, one, other) => {
  expect(idOf(one)).toBe(idOf(other))
})

it.each([
  ['addresses of two IPv4 /24', '/ip4/6.6.6.1/tcp/1', '/ip4/6.6.7.1/tcp/1'],
  ['addresses of two IPv6 /56', '/ip6/2a00:1:2:300::1/tcp/1', '/ip6/2a00:1:2:400::1/tcp/1'],
  ['addresses whose zeros are left out', '/ip6/2a00::1/tcp/1', '/ip6/2a00:0:0:100::1/tcp/1'],
  ['private addresses', '/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.2/tcp/1'],
])('%s are two sites', (_, one, other) => {
  expect(idOf(one)).not.toBe(idOf(other))
})

it('tells private addresses from others', () => {
  const isPrivate = (address: string): boolean => siteOf(multiaddr(address)).isPrivate
  expect([
    isPrivate('/ip4/192.168.1.1/tcp/1'),
    isPrivate('/ip6/::1/tcp/1'),
    isPrivate('/ip6/::ffff:10.0.0.1/tcp/1'),
  ]).toEqual([true, true, true])
  expect([isPrivate('/ip4/8.8.8.8/tcp/1'), isPrivate('/ip6/2a00::1/tcp/1')]).toEqual([false, false])
})
