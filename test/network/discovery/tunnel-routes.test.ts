import { multiaddr } from '@multiformats/multiaddr'
import { beforeAll, describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { createTunnelRoutes, type TunnelRouteOptions } from '../../../src/network/discovery/tunnel-routes.ts'
import { registerTunnelAddresses, TUNNEL_NAME } from '../../../src/tunnel/address-name.ts'
import { tunnelProtocol } from '../../../src/tunnel/protocol.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { somePeerId } from '../../kit/tunnel.ts'

const TCP = '/ip4/9.9.9.9/tcp/9000'
const WS = '/dns4/other.example/tcp/443/tls/ws'

let ids: readonly string[]
beforeAll(async () => {
  registerTunnelAddresses()
  ids = await Promise.all(Array.from({ length: 6 }, somePeerId))
})

/** As a page is: WebSocket and tunnels alone. */
const inPage = (address: string): boolean => address.endsWith('/ws') || address.includes(`/${TUNNEL_NAME}/`)

function setUp(gateways: number, options: Partial<TunnelRouteOptions> = {}) {
  const clock = createFakeClock(1_700_000_000_000)
  const peers = ids
    .slice(1, 1 + gateways)
    .map((id) => ({ id, address: `${WS}/p2p/${id}`, protocols: [tunnelProtocol] }))
  const routes = createTunnelRoutes({
    clock,
    random: () => 0.5,
    ownPeerId: ids[0]!,
    peers: () => peers,
    mayDial: inPage,
    ...options,
  })
  const target = ids[5]!
  const to = (...addresses: string[]): string[] =>
    routes
      .expand(
        target,
        addresses.map((address) => multiaddr(address)),
      )
      .map(String)
  const through = (n: number, address = TCP): string => `/p2p/${ids[n]}/${TUNNEL_NAME}${address}/p2p/${target}`
  return { clock, routes, peers, to, through, target }
}

/** As dialing fails through a gateway. */
function refusal(status: string, retryAfterMs: number): LamparaError {
  const answered = new LamparaError('dial_failed', 'Cannot open a tunnel', { details: { status, retryAfterMs } })
  return new LamparaError('dial_failed', 'Cannot dial', { cause: new AggregateError([new Error('no'), answered]) })
}

describe('a peer that listens on TCP alone is dialed', () => {
  it('through a gateway that we are connected to', () => {
    const { to, through, target } = setUp(1)
    expect(to(TCP)).toEqual([through(1)])
    expect(to(`${TCP}/p2p/${target}`)).toEqual([through(1)])
  })

  it('directly where another address of it can be, and through the gateway after that', () => {
    const { to, through } = setUp(1)
    expect(to(TCP, WS)).toEqual([WS, through(1)])
  })

  it('through two gateways and at two addresses at most, however many there are', () => {
    const { to } = setUp(4)
    const ways = to('/ip4/9.9.9.1/tcp/1', '/ip4/9.9.9.2/tcp/2', '/ip4/9.9.9.3/tcp/3')
    expect(ways).toHaveLength(4)
    expect(new Set(ways.map((way) => way.split('/')[2])).size).toBe(2)
  })

  it('directly where TCP can be dialed', () => {
    const { routes, to } = setUp(1, { mayDial: () => true })
    expect(routes.needsTunnel(TCP)).toBe(false)
    expect(to(TCP)).toEqual([TCP])
  })

  it('not at all without a gateway, or where tunnels are forbidden', () => {
    expect(setUp(0).to(TCP)).toEqual([])
    expect(setUp(0).routes.available).toBe(false)
    const forbidden = setUp(1, { mayDial: (address) => address.endsWith('/ws') })
    expect(forbidden.routes.needsTunnel(TCP)).toBe(false)
    expect(forbidden.to(TCP)).toEqual([])
  })

  it('not through a gateway that is itself at the end of a tunnel', () => {
    const { routes, peers } = setUp(1)
    peers[0]!.address = `/p2p/${ids[2]}/${TUNNEL_NAME}${TCP}/p2p/${ids[1]}`
    expect(routes.available).toBe(false)
  })

  it.each(['/ip4/9.9.9.9/udp/9000/quic-v1', '/ip4/9.9.9.9/tcp/9000/tls/sni/a.example/ws', '/ip4/9.9.9.9/tcp/0'])(
    'not by %s',
    (address) => {
      expect(setUp(1).routes.needsTunnel(address)).toBe(false)
    },
  )
})

describe('a gateway that has no room', () => {
  it('is left alone as long as it says, and the others are not', async () => {
    const { clock, routes, peers, to, through } = setUp(2)
    routes.noteFailure([multiaddr(through(1))], refusal('overloaded', 7_000))
    expect(to(TCP)).toEqual([through(2)])
    await clock.advance(6_999)
    expect(to(TCP)).toEqual([through(2)])
    await clock.advance(1)
    expect(to(TCP)).toHaveLength(peers.length)
  })

  it('is left alone for a minute at most, whatever it says', async () => {
    const { clock, routes, through } = setUp(1)
    routes.noteFailure([multiaddr(through(1))], refusal('overloaded', 65_535_000))
    expect(routes.available).toBe(false)
    await clock.advance(60_000)
    expect(routes.available).toBe(true)
  })

  it('is not taken for one that refuses a target', () => {
    const { routes, through } = setUp(1)
    routes.noteFailure([multiaddr(through(1))], refusal('refused', 0))
    routes.noteFailure([multiaddr(through(1))], new Error('no'))
    expect(routes.available).toBe(true)
  })
})
