import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { digestOf, readWebTransportAddress } from '../../src/webtransport/address.ts'

const first = 'uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ'
const second = 'uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g'
const peer = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

function read(address: string) {
  return readWebTransportAddress(multiaddr(address))
}

describe('a WebTransport address', () => {
  it.each([
    ['/ip4/192.0.2.1/udp/9001', 'https://192.0.2.1:9001/'],
    ['/ip6/2001:db8::1/udp/9001', 'https://[2001:db8::1]:9001/'],
    ['/dns4/node.example/udp/443', 'https://node.example:443/'],
  ])('%s leads to %s', (where, url) => {
    const { url: found, peerId } = read(`${where}/quic-v1/webtransport/certhash/${first}`)
    expect(found).toBe(`${url}.well-known/libp2p-webtransport?type=noise`)
    expect(peerId).toBeUndefined()
  })

  it('names certificates by their hashes, two of them while one takes over from the other, and a peer', () => {
    const { certhashes, peerId } = read(
      `/ip4/192.0.2.1/udp/1/quic-v1/webtransport/certhash/${first}/certhash/${second}/p2p/${peer}`,
    )
    expect(certhashes.map((hash) => Buffer.from(hash).toString('base64url'))).toEqual([first.slice(1), second.slice(1)])
    expect(certhashes.map((hash) => digestOf(hash).length)).toEqual([32, 32])
    expect(peerId).toBe(peer)
  })

  it('means the same in whatever base its hash is written', () => {
    const hex = `f${Buffer.from(first.slice(1), 'base64url').toString('hex')}`
    const where = '/ip4/192.0.2.1/udp/1/quic-v1/webtransport/certhash'
    expect(read(`${where}/${hex}`)).toEqual(read(`${where}/${first}`))
  })

  it.each([
    ['no hash', ''],
    // Identity, and SHA-512.
    ['a hash that browsers do not take', '/certhash/uAAEA'],
    ['a hash of the wrong length', `/certhash/u${Buffer.from([0x12, 0x20, 1, 2]).toString('base64url')}`],
  ])('with %s is refused', (_what, certhash) => {
    expect(() => read(`/ip4/192.0.2.1/udp/1/quic-v1/webtransport${certhash}`)).toThrowError(
      expect.objectContaining({ code: 'address_invalid' }),
    )
  })
})
