import { beforeAll, describe, expect, it } from 'vitest'
import { createReachedAddresses } from '../../src/bootnode/gateway/targets/reached-addresses.ts'
import { addressPairs, type Enr, signEnr } from '../../src/discovery/enr/index.ts'

const HOST = '8.8.4.4'
let enr: Enr
let peer: { id: string; address: string; direction: 'outbound' | 'inbound'; enr: string }

beforeAll(() => {
  const pairs = addressPairs({ ip: HOST, tcp: 9000, quic: 9001 })
  enr = signEnr(new Uint8Array(32).fill(7), { seq: 1n, pairs })
  peer = { id: enr.peerId, address: `/ip4/${HOST}/tcp/4001/p2p/${enr.peerId}`, direction: 'outbound', enr: enr.text }
})

describe('a peer counts as reached', () => {
  it('at the TCP address where it was dialed, whatever its record says', () => {
    expect(createReachedAddresses()(peer)).toEqual([peer.address])
  })

  it('at the TCP port of its record where it was dialed over QUIC on that host', () => {
    const address = `/ip4/${HOST}/udp/9001/quic-v1/p2p/${peer.id}`
    expect(createReachedAddresses()({ ...peer, address })).toEqual([`/ip4/${HOST}/tcp/9000/p2p/${peer.id}`])
  })

  it('at no other host that its record names: that may be anybody', () => {
    const address = `/ip4/8.8.8.8/udp/9001/quic-v1/p2p/${peer.id}`
    expect(createReachedAddresses()({ ...peer, address })).toEqual([])
  })

  it('by no record of another, and by none that cannot be read', () => {
    const address = `/ip4/${HOST}/udp/9001/quic-v1/p2p/${peer.id}`
    const of = createReachedAddresses()
    expect(of({ ...peer, address, id: 'another' })).toEqual([])
    expect(of({ ...peer, address, enr: 'enr:nonsense' })).toEqual([])
  })

  it('nowhere when it dialed us', () => {
    expect(createReachedAddresses()({ ...peer, direction: 'inbound' })).toEqual([])
  })
})
