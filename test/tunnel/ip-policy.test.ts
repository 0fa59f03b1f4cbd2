import { describe, expect, it } from 'vitest'
import { mayConnectTo, networkOf } from '../../src/bootnode/gateway/targets/ip-policy.ts'

/** First and last address of each range that must not be connected to, and its neighbours that may. */
const refused: Readonly<Record<string, readonly string[]>> = {
  'this network': ['0.0.0.0', '0.0.0.1', '0.255.255.255'],
  'RFC 1918': ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  loopback: ['127.0.0.0', '127.0.0.1', '127.255.255.255', '::1'],
  'link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::', 'fe80::1', 'febf:ffff::'],
  'protocol assignments': ['192.0.0.0', '192.0.0.255', '2001::', '2001:1ff:ffff::'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1', '3fff:fff:ffff::'],
  'relays and sinks': ['192.88.99.1', '192.31.196.1', '192.52.193.1', '192.175.48.1', '2620:4f:8000::1'],
  benchmarking: ['198.18.0.0', '198.19.255.255'],
  multicast: ['224.0.0.0', '239.255.255.255', 'ff00::', 'ff02::1', 'ffff::'],
  reserved: ['240.0.0.0', '255.255.255.254', '255.255.255.255', '4000::', '5f00::1', 'e000::'],
  unspecified: ['::', '0:0:0:0:0:0:0:0'],
  'unique local': ['fc00::', 'fd00::1', 'fdff:ffff::'],
  'site-local': ['fec0::', 'feff:ffff::'],
  'IPv4-mapped': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '0:0:0:0:0:ffff:a00:1',
    '::FFFF:169.254.169.254',
  ],
  'IPv4-compatible': ['::127.0.0.1', '::7f00:1', '::8.8.8.8'],
  'IPv4-translated': ['::ffff:0:127.0.0.1'],
  NAT64: ['64:ff9b::127.0.0.1', '64:ff9b::808:808', '64:ff9b:1::1'],
  '6to4': ['2002::', '2002:7f00:1::', '2002:a9fe:a9fe::1', '2002:ffff::'],
  Teredo: ['2001::1', '2001:0:4136:e378::1'],
  'discard-only': ['100::', '100::1'],
  'no address': [
    '',
    'localhost',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '127.1',
    '2130706433',
    '8.8.8.8.',
    '[::1]',
    '1.1.1.1:80',
    ' 8.8.8.8',
    'fe80::1%eth0',
    '2606:4700::1%lo',
    '::1%1',
    '1.1.1',
    '256.1.1.1',
  ],
}

const allowed = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2001:db7:ffff::',
  '2001:db9::',
  '2003::1',
  '2606:4700:4700::1111',
  '2a01:4f8::1',
  '3ffe:ffff::',
]

describe('the gateway connects to public addresses only', () => {
  it.each(Object.entries(refused))('and to none of %s', (_, addresses) => {
    expect(addresses.filter((address) => mayConnectTo(address, 'public'))).toEqual([])
  })

  it('and to all others', () => {
    expect(allowed.filter((address) => !mayConnectTo(address, 'public'))).toEqual([])
  })

  it('and leaves out no IPv6 prefix but 2000::/3', () => {
    for (let first = 0; first < 0x10000; first += 0x100) {
      const address = `${first.toString(16)}:ffff:1234::1`
      expect([address, mayConnectTo(address, 'public')]).toEqual([
        address,
        first >= 0x2000 && first < 0x4000 && first !== 0x2002,
      ])
    }
  })
})

describe('on a devnet the gateway connects', () => {
  it.each(['127.0.0.1', '10.0.0.1', '192.168.1.1', '::1', 'fd00::1', '::ffff:127.0.0.1', '8.8.8.8'])(
    'to %s',
    (address) => {
      expect(mayConnectTo(address, 'devnet')).toBe(true)
    },
  )

  it.each([
    '0.0.0.0',
    '::',
    '::ffff:0.0.0.0',
    '224.0.0.1',
    '::ffff:224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    'localhost',
  ])('never to %s', (address) => {
    expect(mayConnectTo(address, 'devnet')).toBe(false)
  })
})

describe('clients of one network', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.10', false],
    ['203.0.113.9', '::ffff:203.0.113.9', true],
    ['2a01:4f8:1:2::1', '2a01:4f8:1:2:ffff::', true],
    ['2a01:4f8:1:2::1', '2a01:4f8:1:3::1', false],
  ])('%s and %s: %s', (one, other, same) => {
    expect(networkOf(one) === networkOf(other)).toBe(same)
  })

  it('are nobody without an address', () => {
    expect(networkOf('relay.example')).toBeUndefined()
  })
})
