import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayOptions } from '../../src/bootnode/gateway/create-gateway.ts'
import { createGatewayPair, startTarget, type TargetServer } from '../kit/gateway-pair.ts'
import { failOnUnhandledRejections, until } from '../kit/leaks.ts'
import { patternBytes, pour, unlimited } from '../kit/tunnel.ts'

failOnUnhandledRejections()

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end()
})

async function setUp(
  options: Partial<GatewayOptions> & { muxer?: 'yamux' | 'mplex' } = {},
  onSocket?: Parameters<typeof startTarget>[0],
) {
  const server: TargetServer = await startTarget(onSocket)
  cleanups.push(server.stop)
  const pair = await createGatewayPair(options)
  cleanups.push(pair.stop)
  return { ...pair, server, target: server.target }
}

describe.each(['yamux', 'mplex'] as const)('a tunnel over %s', (muxer) => {
  it('carries bytes both ways, those that came with the request first', async () => {
    const { ask, target, gateway } = await setUp({ muxer }, (socket) => socket.pipe(socket))
    const tunnel = await ask(target, patternBytes(5_000))
    expect(await tunnel.reply).toEqual({ status: 'ok', retryAfterMs: 0 })
    tunnel.stream.send(patternBytes(100_000, 5_000))
    await until(
      () => tunnel.received === 105_000,
      () => `${tunnel.received}`,
    )
    expect(tunnel.bytes()).toEqual(patternBytes(105_000))
    expect(gateway.counts).toMatchObject({
      live: 1,
      dialing: 0,
      opened: 1,
      bytesToTargets: 105_000,
      bytesToClients: 105_000,
    })
  })

  it('lets the target speak first', async () => {
    const { ask, target } = await setUp({ muxer }, (socket) => socket.write(patternBytes(10)))
    const tunnel = await ask(target)
    await until(
      () => tunnel.received === 10,
      () => `${tunnel.received}`,
    )
  })

  it('stays open one way when the client closes its side', async () => {
    const { ask, server, target, gateway, allFree } = await setUp({ muxer })
    const tunnel = await ask(target)
    await tunnel.reply
    const socket = await server.accepted()
    const heard: Buffer[] = []
    socket.on('data', (bytes) => heard.push(bytes))
    const halfClosed = new Promise((resolve) => socket.once('end', resolve))
    tunnel.stream.send(patternBytes(70_000))
    await tunnel.stream.close()
    await halfClosed
    expect(Uint8Array.from(Buffer.concat(heard))).toEqual(patternBytes(70_000))
    socket.end(patternBytes(300_000))
    await tunnel.ended
    expect(tunnel.bytes()).toEqual(patternBytes(300_000))
    await allFree(server)
    expect(gateway.counts.ended.closed).toBe(1)
  })

  it('stays open one way when the target closes its side', async () => {
    const { ask, server, target, gateway, allFree } = await setUp({ muxer })
    const tunnel = await ask(target)
    await tunnel.reply
    const socket = await server.accepted()
    socket.end(patternBytes(300_000))
    await tunnel.ended
    expect(tunnel.bytes()).toEqual(patternBytes(300_000))
    let heard = 0
    socket.on('data', (bytes) => {
      heard += bytes.length
    })
    const done = new Promise((resolve) => socket.once('end', resolve))
    tunnel.stream.send(patternBytes(300_000))
    await tunnel.stream.close()
    await done
    expect(heard).toBe(300_000)
    expect(await tunnel.closed).toBeUndefined()
    await allFree(server)
    expect(gateway.counts.ended.closed).toBe(1)
  })
})

describe('the gateway frees all of a tunnel when', () => {
  it('the client resets its stream: the target notices', async () => {
    const { ask, server, target, gateway, allFree } = await setUp()
    const tunnel = await ask(target)
    await tunnel.reply
    const socket = await server.accepted()
    const broke = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    tunnel.stream.abort(new Error('gone'))
    await broke
    await allFree(server)
    expect(gateway.counts.ended.client_lost).toBe(1)
  })

  it('the client loses its connection', async () => {
    const { ask, dialer, server, target, gateway, allFree } = await setUp()
    const tunnel = await ask(target)
    await tunnel.reply
    const socket = await server.accepted()
    const broke = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    for (const connection of dialer.getConnections()) connection.abort(new Error('cable pulled'))
    await broke
    await allFree(server)
    expect(gateway.counts.ended.client_lost).toBe(1)
  })

  it('the target resets its socket: the client notices', async () => {
    const { ask, server, target, gateway, allFree } = await setUp()
    const tunnel = await ask(target)
    await tunnel.reply
    ;(await server.accepted()).resetAndDestroy()
    expect(await tunnel.closed).toBeDefined()
    await allFree(server)
    expect(gateway.counts.ended.target_lost).toBe(1)
  })

  it('it stops itself: both notice', async () => {
    const { ask, server, target, gateway, allFree } = await setUp()
    const tunnel = await ask(target)
    await tunnel.reply
    const socket = await server.accepted()
    const broke = new Promise((resolve) => socket.once('close', resolve))
    socket.resume()
    await gateway.stop()
    await broke
    expect(await tunnel.closed).toBeDefined()
    await allFree(server)
    expect(gateway.counts.ended.stopped).toBe(1)
  })

  it('the client goes while the target is being looked up', async () => {
    const looking = Promise.withResolvers<string[]>()
    const { ask, target, gateway, allFree } = await setUp({ lookup: () => looking.promise })
    const tunnel = await ask({ ...target, host: { kind: 'dns4', value: 'slow.example' } })
    await until(
      () => gateway.counts.dialing === 1,
      () => 'no dial',
    )
    tunnel.stream.abort(new Error('gone'))
    await allFree()
    expect(gateway.counts.refused.client_gone).toBe(1)
    looking.resolve([])
  })
})

describe('with backpressure', () => {
  const MIB = 1024 ** 2
  const TOTAL = 24 * MIB

  it('a target that does not read keeps the client waiting, and the gateway holds little', async () => {
    const { ask, server, target, listener, gateway, allFree } = await setUp({ limits: unlimited }, (socket) =>
      socket.pause(),
    )
    const tunnel = await ask(target)
    await tunnel.reply
    const socket = await server.accepted()
    const poured = pour(tunnel.stream, TOTAL)
    await quiet(() => gateway.counts.bytesToTargets)
    // The rest is in the kernel's buffers.
    expect(gateway.counts.bytesToTargets).toBeLessThan(12 * MIB)
    const [gatewaySide] = listener.getConnections()[0]?.streams ?? []
    expect(gatewaySide?.readBufferLength).toBeLessThan(2 * MIB)
    expect(gatewaySide?.readStatus).toBe('paused')
    let heard = 0
    socket.on('data', (bytes) => {
      heard += bytes.length
    })
    socket.resume()
    await poured
    await until(
      () => heard === TOTAL,
      () => `${heard}`,
    )
    tunnel.stream.abort(new Error('done'))
    await allFree(server)
  })

  it('a client that does not read keeps the target waiting, and the gateway holds little', async () => {
    const { ask, server, target, gateway } = await setUp({ limits: unlimited })
    const tunnel = await ask(target)
    await tunnel.reply
    tunnel.tap.pause()
    const socket = await server.accepted()
    const done = new Promise<void>((resolve) => socket.end(new Uint8Array(TOTAL), resolve))
    await quiet(() => gateway.counts.bytesToClients)
    expect(gateway.counts.bytesToClients).toBeLessThan(4 * MIB)
    const held = gateway.counts.bytesToClients
    expect(held - tunnel.received).toBeLessThan(3 * MIB)
    tunnel.tap.resume()
    await tunnel.ended
    await done
    expect(tunnel.received).toBe(TOTAL)
  })

  it('a client that makes room for a byte at a time does not make the gateway hold more', async () => {
    const { ask, server, target, listener, gateway } = await setUp({ limits: unlimited })
    const tunnel = await ask(target)
    await tunnel.reply
    tunnel.tap.pause()
    const socket = await server.accepted()
    socket.write(new Uint8Array(TOTAL))
    await quiet(() => gateway.counts.bytesToClients)
    const before = gateway.counts.bytesToClients
    const stream = listener.getConnections()[0]?.streams.find(({ protocol }) => protocol.includes('tunnel'))
    // As a window update of nothing does.
    for (let i = 0; i < 200; i++) {
      stream?.dispatchEvent(new Event('drain'))
      await setImmediate()
    }
    expect(gateway.counts.bytesToClients - before).toBeLessThan(128 * 1024)
  })
})

/** Resolves when a number has not changed for a while of turns. */
async function quiet(value: () => number): Promise<void> {
  let last = -1
  for (let same = 0; same < 300; same++) {
    if (value() !== last) same = 0
    last = value()
    await setImmediate()
  }
}
