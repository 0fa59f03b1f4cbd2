import { afterEach, describe, expect, it } from 'vitest'
import { defaultGatewayLimits } from '../../src/bootnode/gateway/limits.ts'
import type { GatewayMetrics } from '../../src/bootnode/gateway/metrics.ts'
import { createFakeClock } from '../kit/fake-clock.ts'
import { createGatewayPair, type GatewayPairOptions, startTarget, type TargetServer } from '../kit/gateway-pair.ts'
import { failOnUnhandledRejections, until } from '../kit/leaks.ts'
import { patternBytes, pour, unlimited } from '../kit/tunnel.ts'

failOnUnhandledRejections()

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end()
})

async function setUp(options: GatewayPairOptions = {}) {
  const clock = createFakeClock(1_700_000_000_000)
  const pair = await createGatewayPair({ clock, ...options })
  cleanups.push(pair.stop)
  return { ...pair, clock }
}

async function target(...onSocket: Parameters<typeof startTarget>): Promise<TargetServer> {
  const server = await startTarget(...onSocket)
  cleanups.push(server.stop)
  return server
}

const echoing = (): Promise<TargetServer> => target((socket) => socket.pipe(socket))

function refusals({ refused }: GatewayMetrics): Partial<GatewayMetrics['refused']> {
  return Object.fromEntries(Object.entries(refused).filter(([, count]) => count > 0))
}

const statuses = async (tunnels: readonly { readonly reply: Promise<{ readonly status: string }> }[]) =>
  (await Promise.all(tunnels.map(({ reply }) => reply))).map(({ status }) => status)

const count = (all: readonly string[], word: string): number => all.filter((one) => one === word).length

describe('a hundred clients that want one target', () => {
  it('are let in one after the other and two at most, and the target never tolerate more', async () => {
    const { addClient, clock, gateway, allFree } = await setUp()
    const server = await target()
    const clients = await Promise.all(Array.from({ length: 100 }, addClient))
    const askAll = () => Promise.all(clients.map((ask) => ask(server.target)))
    const first = await askAll()
    expect(count(await statuses(first), 'ok')).toBe(1)
    await clock.advance(5_000)
    const second = await askAll()
    expect(count(await statuses(second), 'ok')).toBe(1)
    await clock.advance(4_900)
    const third = await askAll()
    expect(count(await statuses(third), 'busy')).toBe(100)
    expect(server.sockets).toHaveLength(2)
    expect(refusals(gateway.counts)).toEqual({ target_dials: 99, target_live: 199 })
    // Both say nothing.
    await clock.advance(10_000)
    await allFree(server)
    expect(gateway.counts.ended.silent).toBe(2)
  })
})

describe('a thousand idle tunnels over many targets', () => {
  it('are all that there are; nobody else is kept from what is free, and they are cut off in time', async () => {
    const { client } = unlimited
    const limits = { client, network: client, target: { live: 2, dialEveryMs: 0, identities: 1_000 }, dialing: 1_000 }
    const all = { ...unlimited.all, live: 1_000 }
    const { addClient, clock, gateway, allFree } = await setUp({ limits: { ...limits, all } })
    const servers = await Promise.all(Array.from({ length: 500 }, () => target()))
    const echo = await echoing()
    const clients = await Promise.all(Array.from({ length: 10 }, addClient))
    const tunnels = []
    for (const server of servers.slice(0, -1)) {
      for (const turn of [0, 1]) tunnels.push(await clients[(tunnels.length + turn) % 10]!(server.target))
    }
    expect(count(await statuses(tunnels), 'ok')).toBe(998)
    const stranger = await addClient()
    const served = await stranger(echo.target, patternBytes(100_000))
    await until(
      () => served.received === 100_000,
      () => `${served.received}`,
    )
    const last = await stranger(echo.target)
    expect((await last.reply).status).toBe('ok')
    expect((await (await stranger(servers.at(-1)!.target)).reply).status).toBe('overloaded')
    expect(gateway.counts).toMatchObject({ live: 1_000, refused: { all_live: 1 } })
    await clock.advance(10_000)
    await until(
      () => gateway.counts.live === 1,
      () => `${gateway.counts.live} live`,
    )
    expect(gateway.counts.ended.silent).toBe(999)
    // Who spoke and then fell silent stays for longer.
    await clock.advance(60_000)
    await allFree(echo)
    expect(servers.flatMap(({ sockets }) => sockets).filter(({ destroyed }) => !destroyed)).toEqual([])
    expect(clock.pending).toBe(0)
  })
})

describe('a flood of connections', () => {
  it('from one network is held to what a network may, and a client of another is served', async () => {
    const others = new Set<string>()
    const { addClient, gateway, listener } = await setUp({
      limits: { target: { live: 100, dialEveryMs: 0, identities: 100 } },
      cameFrom: (peerId) => (others.has(peerId) ? '/ip6/2a02:1::1/tcp/1' : '/ip4/8.8.4.4/tcp/1'),
    })
    const server = await target()
    const crowd = await Promise.all(Array.from({ length: 20 }, addClient))
    const tunnels = await Promise.all(crowd.flatMap((ask) => Array.from({ length: 5 }, () => ask(server.target))))
    expect(count(await statuses(tunnels), 'ok')).toBe(defaultGatewayLimits.network.live)
    expect(refusals(gateway.counts)).toEqual({ network_live: 36 })
    const known = new Set(listener.getPeers().map(String))
    const another = await addClient()
    for (const id of listener.getPeers().map(String)) if (!known.has(id)) others.add(id)
    expect((await (await another(server.target)).reply).status).toBe('ok')
  })

  it('that never ask is released within five seconds, and others are served meanwhile', async () => {
    const { openStream, addClient, clock, gateway, allFree } = await setUp()
    const server = await echoing()
    const streams = await Promise.all(Array.from({ length: 400 }, () => openStream()))
    const ask = await addClient()
    const tunnel = await ask(server.target, patternBytes(1_000))
    await until(
      () => tunnel.received === 1_000,
      () => `${tunnel.received}`,
    )
    await until(
      () => clock.pending >= 400,
      () => 'they are not all there yet',
    )
    await clock.advance(5_000)
    await until(
      () => gateway.counts.refused.request_late === 400,
      () => `${gateway.counts.refused.request_late} release`,
    )
    await until(
      () => streams.every(({ status }) => status !== 'open'),
      () => 'a stream is open',
    )
    await tunnel.stream.close()
    server.sockets[0]!.end()
    await allFree(server)
  })
})

describe('targets that stall', () => {
  it('keep neither other tunnels of the same client waiting nor those of others, and are cut off', async () => {
    const { ask, addClient, clock, gateway } = await setUp({ limits: { client: unlimited.client } })
    const stalled = await Promise.all(Array.from({ length: 8 }, () => target((socket) => socket.pause())))
    for (const server of stalled) {
      const tunnel = await ask(server.target)
      expect((await tunnel.reply).status).toBe('ok')
      pour(tunnel.stream, 64 * 1024 * 1024).catch(() => {})
    }
    // Until nothing more goes in.
    let before = -1
    await until(
      () => {
        const moved = gateway.counts.bytesToTargets
        const still = moved > 0 && moved === before
        before = moved
        return still
      },
      () => 'bytes flow on',
    )
    const echo = await echoing()
    const another = await echoing()
    const tunnels = [
      await ask(echo.target, patternBytes(50_000)),
      await (await addClient())(another.target, patternBytes(50_000)),
    ]
    await until(
      () => tunnels.every(({ received }) => received === 50_000),
      () => 'another tunnel stands still',
    )
    await clock.advance(10_000)
    await until(
      () => gateway.counts.live === 2,
      () => `${gateway.counts.live} live`,
    )
    expect(gateway.counts.ended.silent).toBe(8)
    await until(
      () => stalled.every(({ sockets }) => sockets.every((socket) => socket.destroyed || socket.resume().readable)),
      () => 'a target was not told',
    )
  })
})
