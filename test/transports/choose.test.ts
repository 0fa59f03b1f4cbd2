import { type Connection, type Transport, transportSymbol } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { chooseTransports } from '../../src/network/node/transports/choose-transports.ts'
import { platform } from '../../src/platform/node/index.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { transportOfAddress } from '../../src/platform/transport-of-address.ts'
import type { Libp2pTransport, TransportName } from '../../src/platform/transports.ts'

const create: Libp2pTransport = () => {
  throw new Error('nobody makes it')
}

/** A platform with the given transports, each of which dials its own kind of address. */
function platformWith(...names: TransportName[]): Platform {
  const transports = names.map((name) => ({
    name,
    create,
    canDial: (address: string) => transportOfAddress(address)?.transport === name,
  }))
  return { ...platform, transports: async () => transports }
}

const everything = platformWith('quic', 'tcp', 'websocket')
const addresses = {
  ws: '/dns4/node.example/tcp/443/tls/ws',
  tcp: '/ip4/192.0.2.1/tcp/9000',
  relayed: '/ip4/192.0.2.1/tcp/9000/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ/p2p-circuit',
  quic: '/ip4/192.0.2.1/udp/9001/quic-v1',
} as const
const parsed = Object.values(addresses).map((address) => multiaddr(address))

describe('choosing transports', () => {
  it('puts addresses in the order in which the platform prefers their transports, without those that none can dial', async () => {
    const { rank } = await chooseTransports(everything)
    expect(rank(parsed).map(String)).toEqual([addresses.quic, addresses.tcp, addresses.ws])
  })

  it('keeps the order of addresses that go by the same transport', async () => {
    const { rank } = await chooseTransports(everything)
    const given = ['/ip4/192.0.2.2/tcp/1', addresses.quic, '/ip4/192.0.2.1/tcp/2', '/ip6/2001:db8::1/tcp/3']
    expect(rank(given.map((address) => multiaddr(address))).map(String)).toEqual([
      addresses.quic,
      ...given.filter((address) => address !== addresses.quic),
    ])
  })

  it('uses only what `only` names', async () => {
    const { rank, canDial, create } = await chooseTransports(everything, {
      only: ['websocket', 'webtransport', 'tunnel'],
    })
    // The tunnel, which comes with every platform, is the other.
    expect(create).toHaveLength(2)
    expect(rank(parsed).map(String)).toEqual([addresses.ws])
    expect(canDial(addresses.tcp)).toBe(false)
  })

  it('uses nothing that `except` names', async () => {
    const { rank } = await chooseTransports(everything, { except: ['quic'] })
    expect(rank(parsed).map(String)).toEqual([addresses.tcp, addresses.ws])
  })

  it('asks an added transport what it dials, and prefers the others to it', async () => {
    const mine: Transport = {
      [transportSymbol]: true,
      [Symbol.toStringTag]: 'mine',
      dial: async () => ({}) as Connection,
      createListener: () => {
        throw new Error('it listens on nothing')
      },
      listenFilter: () => [],
      dialFilter: (given) => given.filter((address) => /p2p-circuit|ws/.test(address.toString())),
    }
    const { rank, canDial, create } = await chooseTransports(everything, { add: [() => mine] })
    expect(canDial(addresses.relayed)).toBe(false)
    create.at(-1)?.({} as never)
    expect(canDial(addresses.relayed)).toBe(true)
    expect(canDial('no address')).toBe(false)
    expect(rank(parsed).map(String)).toEqual([addresses.quic, addresses.tcp, addresses.ws, addresses.relayed])
  })

  it.each([{ only: ['carrier-pigeon'] }, { except: ['udp'] }, { only: ['webtransport'] }, { only: [] }])(
    'refuses %j, and says why',
    async (wish) => {
      await expect(chooseTransports(everything, wish as never)).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringMatching(/there is no transport|none is left/),
      })
    },
  )
})

describe('transportOfAddress()', () => {
  it.each([
    ['/ip4/192.0.2.1/tcp/9000', 'tcp'],
    ['/ip6/2001:db8::1/udp/9001/quic-v1', 'quic'],
    ['/dns4/node.example/udp/9001/quic-v1', undefined],
    ['/ip4/192.0.2.1/udp/9001/quic', undefined],
    ['/ip4/192.0.2.1/udp/9001/quic-v1/webtransport', undefined],
    [
      '/ip4/192.0.2.1/udp/9001/quic-v1/webtransport/certhash/uEiAkH5a4DPGKUuOBjYw0CgwjvcJCJMD2K_1aluKR_tpevQ',
      'webtransport',
    ],
    ['/ip4/192.0.2.1/udp/9000', undefined],
    ['/ip4/192.0.2.1/udp/9000/webrtc-direct', undefined],
    ['/dnsaddr/node.example', undefined],
    [addresses.relayed, undefined],
    ['/unix/tmp/socket', undefined],
    ['', undefined],
  ])('takes %s for %s', (address, transport) => {
    expect(transportOfAddress(address)?.transport).toBe(transport)
  })
})
