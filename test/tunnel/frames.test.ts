import { multiaddr } from '@multiformats/multiaddr'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  collectTunnelReply,
  collectTunnelRequest,
  encodeTunnelReply,
  encodeTunnelRequest,
} from '../../src/tunnel/frames.ts'
import { type TunnelStatus, tunnelProtocol, tunnelStatus } from '../../src/tunnel/protocol.ts'
import type { TunnelTarget } from '../../src/tunnel/target.ts'
import { encodeVarint } from '../../src/wire/index.ts'
import { patternBytes, somePeerId } from '../kit/tunnel.ts'

const PEER = '16Uiu2HAmC9CBYQ1Tdkgiu2yKj3DrWfPUEy8wDm1iZsoeZaJtXgGq'

function frame(address: Uint8Array): Uint8Array {
  return Uint8Array.from([...encodeVarint(address.length), ...address])
}

function request(text: string): Uint8Array {
  return frame(multiaddr(text).bytes)
}

it('has the protocol id of the document', () => {
  expect(tunnelProtocol).toBe('/lampara/tunnel/1')
})

describe('a request', () => {
  let target: TunnelTarget
  beforeAll(async () => {
    target = { peerId: await somePeerId(), host: { kind: 'ip4', value: '192.0.2.7' }, port: 9000 }
  })

  it('is the length of a multiaddr and the multiaddr, byte for byte', () => {
    const bytes = encodeTunnelRequest({ ...target, peerId: PEER })
    expect(bytes.length).toBe(1 + 5 + 3 + 3 + 39)
    expect([...bytes.subarray(0, 12)]).toEqual([50, 4, 192, 0, 2, 7, 6, 0x23, 0x28, 0xa5, 3, 39])
  })

  it.each([
    ['ip4', '192.0.2.7'],
    ['ip6', '2001:db8::7'],
    ['dns', 'node.example'],
    ['dns4', 'node.example'],
    ['dns6', 'node.example'],
  ] as const)('names a target by %s', (kind, value) => {
    const named = { ...target, host: { kind, value } }
    expect(collectTunnelRequest().push(encodeTunnelRequest(named))?.frame).toEqual(named)
  })

  it('is read however it is cut, and not a byte after it is lost', () => {
    const bytes = Uint8Array.from([...encodeTunnelRequest(target), ...patternBytes(700)])
    const end = bytes.length - 700
    for (let cut = 0; cut <= bytes.length; cut++) {
      const collector = collectTunnelRequest()
      const first = collector.push(bytes.subarray(0, cut))
      expect(first !== undefined).toBe(cut >= end)
      if (first !== undefined) expect(first.rest).toEqual(bytes.subarray(end, cut))
      else expect(collector.push(bytes.subarray(cut))).toEqual({ frame: target, rest: bytes.subarray(end) })
    }
  })

  it('is read byte by byte', () => {
    const collector = collectTunnelRequest()
    const bytes = encodeTunnelRequest(target)
    const read = [...bytes].map((byte) => collector.push(Uint8Array.of(byte)))
    expect(read.at(-1)).toEqual({ frame: target, rest: new Uint8Array(0) })
    expect(read.slice(0, -1).every((step) => step === undefined)).toBe(true)
  })

  it.each([
    ['of no bytes', Uint8Array.of(0), 'length_out_of_bounds'],
    ['of more than 512 bytes, before they come', encodeVarint(513), 'length_out_of_bounds'],
    ['whose length has three bytes', Uint8Array.of(0x80, 0x80, 0x80), 'length_out_of_bounds'],
    ['that is not a multiaddr', frame(Uint8Array.of(0xff, 0xff, 3)), 'address_invalid'],
    [
      'that is cut off within its peer id',
      frame(multiaddr(`/ip4/1.1.1.1/tcp/1/p2p/${PEER}`).bytes.subarray(0, 40)),
      'address_invalid',
    ],
    ['that is cut off within its host', frame(Uint8Array.of(4, 1, 2)), 'address_invalid'],
    ['without a peer', request('/ip4/1.1.1.1/tcp/9000'), 'address_invalid'],
    ['without a port', request(`/ip4/1.1.1.1/p2p/${PEER}`), 'address_invalid'],
    ['to port 0', request(`/ip4/1.1.1.1/tcp/0/p2p/${PEER}`), 'address_invalid'],
    ['over UDP', request(`/ip4/1.1.1.1/udp/9000/p2p/${PEER}`), 'address_invalid'],
    ['to a WebSocket', request(`/ip4/1.1.1.1/tcp/9000/ws/p2p/${PEER}`), 'address_invalid'],
    ['to a socket file', request('/unix/%2Frun%2Fdocker.sock'), 'address_invalid'],
    ['with a zone', request(`/ip6zone/eth0/ip6/fe80::1/tcp/9000/p2p/${PEER}`), 'address_invalid'],
    ['through a relay', request(`/ip4/1.1.1.1/tcp/9000/p2p/${PEER}/p2p-circuit/p2p/${PEER}`), 'address_invalid'],
    ['to a list of addresses', request(`/dnsaddr/node.example/tcp/9000/p2p/${PEER}`), 'address_invalid'],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => collectTunnelRequest().push(bytes)).toThrowError(expect.objectContaining({ code }))
  })
})

describe('a reply', () => {
  it('is a status and the seconds to wait, little-endian', () => {
    expect([...encodeTunnelReply({ status: 'busy', retryAfterMs: 258_000 })]).toEqual([3, 2, 1])
  })

  it.each(Object.keys(tunnelStatus) as TunnelStatus[])('carries %s', (status) => {
    const { frame, rest } = collectTunnelReply().push(encodeTunnelReply({ status, retryAfterMs: 4_001 })) ?? {}
    expect(frame).toEqual({ status, retryAfterMs: 5_000 })
    expect(rest).toHaveLength(0)
  })

  it('with a status that is not known is a refusal', () => {
    expect(collectTunnelReply().push(Uint8Array.of(200, 0, 0))?.frame.status).toBe('refused')
  })

  it('waits no longer than two bytes can say', () => {
    const bytes = encodeTunnelReply({ status: 'busy', retryAfterMs: Number.POSITIVE_INFINITY })
    expect(collectTunnelReply().push(bytes)?.frame.retryAfterMs).toBe(65_535_000)
  })

  it('loses none of the bytes that come with it', () => {
    const collector = collectTunnelReply()
    expect(collector.push(Uint8Array.of(0, 0))).toBeUndefined()
    expect(collector.push(Uint8Array.of(0, 7, 8, 9))?.rest).toEqual(Uint8Array.of(7, 8, 9))
  })
})
