import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayOptions } from '../../src/bootnode/gateway/create-gateway.ts'
import { defaultGatewayLimits } from '../../src/bootnode/gateway/limits.ts'
import type { GatewayMetrics } from '../../src/bootnode/gateway/metrics.ts'
import type { TargetHostKind } from '../../src/tunnel/target.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { createGatewayPair, startTarget } from '../kit/gateway-pair.ts'
import { failOnUnhandledRejections, until } from '../kit/leaks.ts'
import { patternBytes, pour, somePeerId, unlimited } from '../kit/tunnel.ts'

failOnUnhandledRejections()

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end()
})

async function setUp(options: Partial<GatewayOptions> = {}, onSocket?: Parameters<typeof startTarget>[0]) {
  const server = await startTarget(onSocket)
  cleanups.push(server.stop)
  const clock = createFakeClock(1_700_000_000_000)
  const pair = await createGatewayPair({ clock, ...options })
  cleanups.push(pair.stop)
  return { ...pair, clock, server, target: server.target }
}

function refusals({ refused }: GatewayMetrics): Partial<GatewayMetrics['refused']> {
  return Object.fromEntries(Object.entries(refused).filter(([, count]) => count > 0))
}

describe('a gateway is no way into the network that it stands in', () => {
  const literals: readonly (readonly [TargetHostKind, string])[] = [
    ['ip4', '127.0.0.1'],
    ['ip4', '0.0.0.0'],
    ['ip4', '169.254.169.254'],
    ['ip4', '10.0.0.1'],
    ['ip6', '::1'],
    ['ip6', '::'],
    ['ip6', '::ffff:7f00:1'],
    ['ip6', '64:ff9b::7f00:1'],
    ['ip6', '2002:7f00:1::'],
    ['ip6', 'fe80::1'],
  ]

  it.each(literals)('by /%s/%s', async (kind, value) => {
    const { ask, target, gateway, server } = await setUp({ policy: 'public' })
    const tunnel = await ask({ ...target, host: { kind, value } })
    expect(await tunnel.reply).toEqual({ status: 'refused', retryAfterMs: 0 })
    expect(refusals(gateway.counts)).toEqual({ address_not_public: 1 })
    expect(server.sockets).toHaveLength(0)
  })

  it.each([
    ['leads inside', ['127.0.0.1']],
    ['leads inside and outside', ['8.8.8.8', '127.0.0.1']],
    ['leads inside in disguise', ['::ffff:127.0.0.1']],
    ['leads to no address', ['localhost']],
  ])('by a name that %s', async (_, addresses) => {
    const { ask, target, gateway, server } = await setUp({ policy: 'public', lookup: async () => addresses })
    const tunnel = await ask({ ...target, host: { kind: 'dns', value: 'evil.example' } })
    expect((await tunnel.reply).status).toBe('refused')
    expect(refusals(gateway.counts)).toEqual({ address_not_public: 1 })
    expect(server.sockets).toHaveLength(0)
  })

  it.each(['localhost', '127.0.0.1', '0x7f000001', '127.1'])(
    'by the name "%s", as this machine looks it up',
    async (value) => {
      const { ask, target, gateway, server } = await setUp({ policy: 'public' })
      const tunnel = await ask({ ...target, host: { kind: 'dns4', value } })
      expect(['refused', 'unreachable']).toContain((await tunnel.reply).status)
      expect(gateway.counts.opened).toBe(0)
      expect(server.sockets).toHaveLength(0)
    },
  )

  it('by a name that leads elsewhere the second time: it is looked up once', async () => {
    let lookups = 0
    const lookup = async (): Promise<string[]> => (lookups++ === 0 ? ['127.0.0.1'] : ['169.254.169.254'])
    const { ask, target, server } = await setUp({ lookup })
    const tunnel = await ask({ ...target, host: { kind: 'dns4', value: 'rebind.example' } })
    expect((await tunnel.reply).status).toBe('ok')
    expect((await server.accepted()).localAddress).toBe('127.0.0.1')
    expect(lookups).toBe(1)
  })

  it('and no scanner of ports: only known targets are dialed, and all others get the same answer', async () => {
    const known = await somePeerId()
    const { ask, target, gateway, server } = await setUp({ isKnown: ({ peerId }) => peerId === known })
    const open = await ask(target)
    const closed = await ask({ ...target, port: 1 })
    expect([await open.reply, await closed.reply]).toEqual(Array(2).fill({ status: 'refused', retryAfterMs: 0 }))
    expect(refusals(gateway.counts)).toEqual({ target_unknown: 2 })
    expect(server.sockets).toHaveLength(0)
  })
})

describe('a request that is', () => {
  it.each([
    ['too long', Uint8Array.of(0xff, 0xff, 0xff)],
    ['no multiaddr', Uint8Array.of(3, 1, 2, 3)],
    ['for a web server', new TextEncoder().encode(`GET /${'a'.repeat(100)} HTTP/1.1\r\n\r\n`)],
  ])('%s is answered with "invalid"', async (_, bytes) => {
    const { ask, gateway, allFree } = await setUp()
    const tunnel = await ask(bytes)
    expect((await tunnel.reply).status).toBe('invalid')
    await tunnel.stream.close()
    await allFree()
    expect(refusals(gateway.counts)).toEqual({ request_invalid: 1 })
  })

  it('never finished is given up after five seconds', async () => {
    const { ask, clock, gateway, allFree } = await setUp()
    const tunnel = await ask(Uint8Array.of(40))
    await until(
      () => clock.pending > 0,
      () => 'no timer',
    )
    await clock.advance(5_000)
    expect(await tunnel.closed).toBeDefined()
    await allFree()
    expect(refusals(gateway.counts)).toEqual({ request_late: 1 })
    expect(clock.pending).toBe(0)
  })

  it('broken off is released', async () => {
    const { ask, gateway, allFree } = await setUp()
    const tunnel = await ask(Uint8Array.of(40))
    await tunnel.stream.close()
    await allFree()
    expect(refusals(gateway.counts)).toEqual({ request_broken: 1 })
  })
})

describe('a refused client', () => {
  it('that does not close is reset after a second, and what it sends goes nowhere', async () => {
    const { ask, target, clock, gateway, allFree } = await setUp({ isKnown: () => false })
    const tunnel = await ask(target)
    expect((await tunnel.reply).status).toBe('refused')
    await pour(tunnel.stream, 3 * 1024 * 1024)
    expect(gateway.counts.bytesToTargets).toBe(0)
    await clock.advance(1_000)
    expect(await tunnel.closed).toBeDefined()
    await allFree()
    expect(clock.pending).toBe(0)
  })
})

describe('a target that', () => {
  it('refuses connections is unreachable', async () => {
    const { ask, target, server, gateway } = await setUp()
    await server.stop()
    const tunnel = await ask(target)
    expect((await tunnel.reply).status).toBe('unreachable')
    expect(refusals(gateway.counts)).toEqual({ unreachable: 1 })
  })

  it('cannot be looked up is unreachable', async () => {
    const lookup = () => Promise.reject(new Error('NXDOMAIN'))
    const { ask, target, gateway } = await setUp({ lookup })
    const tunnel = await ask({ ...target, host: { kind: 'dns6', value: 'gone.example' } })
    expect((await tunnel.reply).status).toBe('unreachable')
    expect(refusals(gateway.counts)).toEqual({ name_not_found: 1 })
  })

  it('is not connected within five seconds has timed out', async () => {
    const { ask, target, clock, gateway } = await setUp({ lookup: () => new Promise(() => {}) })
    const tunnel = await ask({ ...target, host: { kind: 'dns4', value: 'slow.example' } })
    await until(
      () => gateway.counts.dialing === 1,
      () => 'no dial',
    )
    await clock.advance(5_000)
    expect((await tunnel.reply).status).toBe('timeout')
    expect(refusals(gateway.counts)).toEqual({ connect_late: 1 })
    expect(gateway.counts.dialing).toBe(0)
  })

  it('says nothing for ten seconds is cut off', async () => {
    const { ask, target, clock, server, gateway, allFree } = await setUp()
    const tunnel = await ask(target)
    await tunnel.reply
    ;(await server.accepted()).resume()
    tunnel.stream.send(patternBytes(10))
    await clock.advance(10_000)
    expect(await tunnel.closed).toBeDefined()
    await allFree(server)
    expect(gateway.counts.ended.silent).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('falls silent for a minute is cut off, and not while bytes flow', async () => {
    const { ask, target, clock, server, gateway, allFree } = await setUp({}, (socket) => socket.pipe(socket))
    const tunnel = await ask(target)
    await tunnel.reply
    for (let i = 1; i <= 5; i++) {
      tunnel.stream.send(patternBytes(10))
      await until(
        () => tunnel.received === i * 10,
        () => `${tunnel.received}`,
      )
      await clock.advance(50_000)
    }
    expect(gateway.counts.live).toBe(1)
    await clock.advance(60_000)
    expect(await tunnel.closed).toBeDefined()
    await allFree(server)
    expect(gateway.counts.ended.idle).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('talks for ever is cut off after an hour', async () => {
    const limits = { lifetimeMs: 30_000 }
    const { ask, target, clock, server, gateway, allFree } = await setUp({ limits }, (socket) => socket.pipe(socket))
    const tunnel = await ask(target, patternBytes(1))
    await until(
      () => tunnel.received === 1,
      () => `${tunnel.received}`,
    )
    await clock.advance(defaultGatewayLimits.firstByteMs)
    await clock.advance(20_000)
    expect(await tunnel.closed).toBeDefined()
    await allFree(server)
    expect(gateway.counts.ended.lifetime).toBe(1)
  })
})

describe('a flood', () => {
  it('of requests is answered with "overloaded", and others are served', async () => {
    const network = { ...defaultGatewayLimits.client, dialBurst: 5 }
    const { ask, target, gateway, allFree, server } = await setUp({
      limits: { client: network },
      isKnown: ({ port }) => port !== 1,
    })
    const answers = []
    for (let i = 0; i < 40; i++) {
      const tunnel = await ask({ ...target, port: 1 })
      answers.push((await tunnel.reply).status)
      await tunnel.stream.close()
    }
    expect(answers).toEqual([...Array(5).fill('refused'), ...Array(35).fill('overloaded')])
    expect(refusals(gateway.counts)).toEqual({ target_unknown: 5, client_dials: 35 })
    await allFree(server)
  })

  it('of bytes goes no faster than its client may, and the tunnel of another client is as quick as ever', async () => {
    const client = { ...defaultGatewayLimits.client, burstBytes: 100_000, bytesPerSecond: 100_000 }
    const { ask, target, clock, gateway } = await setUp({ limits: { client } }, (socket) => socket.resume())
    const tunnel = await ask(target)
    await tunnel.reply
    pour(tunnel.stream, 8 * 1024 * 1024).catch(() => {})
    await until(
      () => clock.pending > 3,
      () => 'it is not paced',
    )
    const before = gateway.counts.bytesToTargets
    for (let second = 0; second < 5; second++) {
      await clock.advance(1_000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(gateway.counts.bytesToTargets - before).toBeLessThan(5 * 100_000 + 600_000)
    expect(gateway.counts.live).toBe(1)
  })

  it("of bytes beyond the day's cuts the tunnel, and no other opens", async () => {
    const client = { ...defaultGatewayLimits.client, bytesPerDay: 100_000 }
    const limits = { client, target: { live: 2, dialEveryMs: 0 } }
    const { ask, target, gateway, server } = await setUp({ limits }, (socket) => socket.resume())
    const tunnel = await ask(target)
    await tunnel.reply
    pour(tunnel.stream, 8 * 1024 * 1024).catch(() => {})
    expect(await tunnel.closed).toBeDefined()
    expect(gateway.counts.ended.bytes_spent).toBe(1)
    expect((await (await ask(target)).reply).status).toBe('overloaded')
    expect(server.sockets).toHaveLength(1)
  })

  it('of a hundred requests for one target dials it once', async () => {
    const client = { ...defaultGatewayLimits.client, dialBurst: 1_000, live: 1_000 }
    const { ask, target, gateway, server } = await setUp({ limits: { client } })
    const tunnels = await Promise.all(Array.from({ length: 100 }, () => ask(target)))
    const replies = await Promise.all(tunnels.map(({ reply }) => reply))
    expect(replies.filter(({ status }) => status === 'ok')).toHaveLength(1)
    expect(replies.filter(({ status, retryAfterMs }) => status === 'busy' && retryAfterMs === 5_000)).toHaveLength(99)
    expect(refusals(gateway.counts)).toEqual({ target_dials: 99 })
    expect(server.sockets).toHaveLength(1)
  })
})

describe('two hundred idle tunnels', () => {
  it('do not keep another from being served, and are all freed when their client goes', async () => {
    const { ask, dialer, target, gateway, server, allFree } = await setUp({ limits: unlimited }, (socket) =>
      socket.pipe(socket),
    )
    const tunnels = await Promise.all(Array.from({ length: 200 }, () => ask(target)))
    await Promise.all(tunnels.map(({ reply }) => reply))
    const another = await ask(target, patternBytes(1_000))
    await until(
      () => another.received === 1_000,
      () => `${another.received}`,
    )
    expect(gateway.counts).toMatchObject({ live: 201, opened: 201 })
    for (const connection of dialer.getConnections()) connection.abort(new Error('gone'))
    await allFree(server)
    expect(gateway.counts.ended.client_lost).toBe(201)
  })
})
