import { createServer } from 'node:net'
import type { Connection } from '@libp2p/interface'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it } from 'vitest'
import type { GatewayOptions } from '../../src/bootnode/gateway/create-gateway.ts'
import { defaultGatewayLimits } from '../../src/bootnode/gateway/limits.ts'
import { createReqResp, protocols } from '../../src/reqresp/index.ts'
import { systemClock } from '../../src/streams/clock.ts'
import { tunnelAddress } from '../../src/tunnel/address.ts'
import { tunnelProtocol } from '../../src/tunnel/protocol.ts'
import { parseTarget } from '../../src/tunnel/target.ts'
import { failOnUnhandledRejections, until } from '../kit/leaks.ts'
import { createLibp2pPair } from '../kit/libp2p-pair.ts'
import { cleanUpAfterEach, genesisStatus, startBareNode, testChain } from '../kit/network.ts'
import { somePeerId } from '../kit/tunnel.ts'
import { scenarioProtocols } from '../transports/scenario/protocols.ts'
import { serveScenarios } from '../transports/scenario/serve.ts'
import { startTunnelNodes, type TunnelNodes } from './transport-nodes.ts'

failOnUnhandledRejections()
cleanUpAfterEach()

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of cleanups.splice(0).reverse()) await end()
})

async function setUp(options: Partial<GatewayOptions> = {}) {
  const nodes = await startTunnelNodes(options)
  cleanups.push(nodes.stop)
  return nodes
}

function dial({ client }: TunnelNodes, address: string | Multiaddr, signal = AbortSignal.timeout(45_000)) {
  return client.dial(multiaddr(address), { signal })
}

/** Resolves when a connection is over, with its status. */
async function over(connection: Connection): Promise<string> {
  await until(
    () => connection.status !== 'open' && connection.status !== 'closing',
    () => `it is ${connection.status}`,
  )
  return connection.status
}

async function allFree({ gateway, target, bootnode }: TunnelNodes): Promise<void> {
  await until(
    () =>
      gateway.counts.live + gateway.counts.dialing === 0 &&
      target.getConnections().length === 0 &&
      bootnode.getConnections().every(({ streams }) => streams.every(({ protocol }) => protocol !== tunnelProtocol)),
    () => JSON.stringify(gateway.counts),
  )
}

describe('a connection through a tunnel', () => {
  it('is with the target itself: its peer id is proved, and a Status exchanged with it', async () => {
    const chain = testChain()
    const beaconNode = await startBareNode(chain)
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.through(beaconNode.address))
    expect(connection.remotePeer.toString()).toBe(beaconNode.peerId)
    expect(connection.encryption).toBe('/noise')
    expect(connection.limits).toBeUndefined()
    const reqresp = createReqResp({
      libp2p: nodes.client,
      chain,
      clock: systemClock,
      selectPeer: () => undefined,
      onPenalty() {},
    })
    const status = genesisStatus(chain)
    expect(await reqresp.request(protocols.status, status, { peer: beaconNode.peerId }).single()).toEqual(status)
    expect(beaconNode.statuses).toHaveLength(1)
    await reqresp.stop()
  })

  it('works with a target that speaks mplex alone', async () => {
    const { listener, stop } = await createLibp2pPair({ muxer: 'mplex' })
    cleanups.push(stop)
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.through(String(listener.getMultiaddrs()[0])))
    expect(connection.multiplexer).toBe('/mplex/6.7.0')
    expect(connection.remotePeer.equals(listener.peerId)).toBe(true)
  })

  it('shows the bootnode that it hangs on, which the target is not told', async () => {
    const nodes = await setUp()
    const identified = new Promise<Multiaddr | undefined>((resolve) =>
      nodes.target.addEventListener('peer:identify', ({ detail }) => resolve(detail.observedAddr), { once: true }),
    )
    const connection = await dial(nodes, nodes.address)
    const where = String(nodes.target.getMultiaddrs()[0])
    expect(connection.remoteAddr.toString()).toBe(`/p2p/${nodes.bootnode.peerId}/lampara-tunnel${where}`)
    expect(await identified).toBeUndefined()
  })

  it('is dialed by the short address once the bootnode is connected, and again by libp2p alone', async () => {
    const nodes = await setUp()
    const short = tunnelAddress(
      nodes.bootnode.peerId.toString(),
      parseTarget(nodes.target.getMultiaddrs()[0]?.getComponents() ?? []),
    )
    await expect(dial(nodes, short)).rejects.toMatchObject({ code: 'peer_unavailable' })
    await dial(nodes, String(nodes.bootnode.getMultiaddrs()[0]))
    const connection = await dial(nodes, short)
    await connection.close()
    await allFree(nodes)
    expect((await nodes.client.dial(nodes.target.peerId)).remoteAddr.equals(short)).toBe(true)
  })

  it('is refused by the client when another peer answers', async () => {
    const nodes = await setUp()
    const [where] = String(nodes.target.getMultiaddrs()[0]).split('/p2p/')
    await expect(dial(nodes, nodes.through(`${where}/p2p/${await somePeerId()}`))).rejects.toThrow(
      /does not match expected/,
    )
    expect(nodes.client.getConnections().map(({ remotePeer }) => remotePeer)).toEqual([nodes.bootnode.peerId])
    await allFree(nodes)
  })

  it('is not opened through another tunnel', async () => {
    const nodes = await setUp()
    const inner = await setUp()
    const bootnode = String(inner.bootnode.getMultiaddrs()[0])
    const address = `${nodes.through(bootnode.replace('/ws/', '/'))}/lampara-tunnel${inner.target.getMultiaddrs()[0]}`
    await expect(dial(nodes, address)).rejects.toThrow()
    expect(nodes.gateway.counts.opened).toBe(0)
  })
})

describe('a dial through a tunnel tells why it failed:', () => {
  it.each([
    ['refused', 'dial_failed', { isKnown: () => false }],
    ['overloaded', 'dial_failed', { limits: { all: { ...defaultGatewayLimits.all, live: 0 } } }],
    ['busy', 'dial_failed', { limits: { target: { live: 0, dialEveryMs: 5_000 } } }],
  ] as const)('%s', async (status, code, options) => {
    const nodes = await setUp(options)
    const error = await dial(nodes, nodes.address).catch((reason) => reason)
    expect(error).toMatchObject({ code, details: { status } })
    await allFree(nodes)
  })

  it('unreachable', async () => {
    const nodes = await setUp()
    const gone = `/ip4/127.0.0.1/tcp/1/p2p/${await somePeerId()}`
    await expect(dial(nodes, nodes.through(gone))).rejects.toMatchObject({ details: { status: 'unreachable' } })
  })

  it('timeout', async () => {
    const nodes = await setUp({ lookup: () => new Promise(() => {}), limits: { connectMs: 50 } })
    const slow = `/dns4/slow.example/tcp/9000/p2p/${await somePeerId()}`
    await expect(dial(nodes, nodes.through(slow))).rejects.toMatchObject({ code: 'dial_timeout' })
  })

  it('the bootnode is no gateway', async () => {
    const nodes = await setUp()
    await nodes.bootnode.unhandle(tunnelProtocol)
    await expect(dial(nodes, nodes.address)).rejects.toMatchObject({ code: 'protocol_unsupported' })
  })

  it('the gateway ends the stream without an answer', async () => {
    const nodes = await setUp()
    await nodes.bootnode.handle(tunnelProtocol, (stream) => void stream.close(), { force: true })
    await expect(dial(nodes, nodes.address)).rejects.toMatchObject({ code: 'peer_disconnected' })
  })
})

describe('a dial through a tunnel that is aborted', () => {
  it('while the gateway looks the target up leaves nothing', async () => {
    const nodes = await setUp({ lookup: () => new Promise(() => {}) })
    const controller = new AbortController()
    const dialing = dial(
      nodes,
      nodes.through(`/dns4/slow.example/tcp/9000/p2p/${await somePeerId()}`),
      controller.signal,
    )
    dialing.catch(() => {})
    await until(
      () => nodes.gateway.counts.dialing === 1,
      () => 'no dial',
    )
    controller.abort(new Error('enough'))
    await expect(dialing).rejects.toThrow()
    await allFree(nodes)
    expect(nodes.gateway.counts.refused.client_gone).toBe(1)
  })

  it('while the target keeps silent frees its socket', async () => {
    const closed = Promise.withResolvers<void>()
    const silent = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('close', () => closed.resolve())
      socket.resume()
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    cleanups.push(async () => void silent.close())
    const { port } = silent.address() as { port: number }
    const nodes = await setUp()
    const controller = new AbortController()
    const address = nodes.through(`/ip4/127.0.0.1/tcp/${port}/p2p/${await somePeerId()}`)
    const dialing = dial(nodes, address, controller.signal)
    dialing.catch(() => {})
    await until(
      () => nodes.gateway.counts.live === 1,
      () => 'no tunnel',
    )
    controller.abort(new Error('enough'))
    await expect(dialing).rejects.toThrow()
    await closed.promise
    await allFree(nodes)
  })
})

describe('a connection through a tunnel ends on every side when', () => {
  it('the client closes it', async () => {
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.address)
    await connection.close()
    expect(await over(connection)).toBe('closed')
    await allFree(nodes)
  })

  it('the client goes', async () => {
    const nodes = await setUp()
    await dial(nodes, nodes.address)
    for (const each of nodes.client.getConnections(nodes.bootnode.peerId)) each.abort(new Error('gone'))
    await until(
      () => nodes.client.getConnections().length === 0,
      () => 'it is still connected',
    )
    await allFree(nodes)
  })

  it('the target closes it', async () => {
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.address)
    await until(
      () => nodes.target.getConnections().length === 1,
      () => 'the target has no connection',
    )
    await nodes.target.getConnections()[0]?.close()
    await over(connection)
    await allFree(nodes)
  })

  it('the target goes', async () => {
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.address)
    await until(
      () => nodes.target.getConnections().length === 1,
      () => 'the target has no connection',
    )
    nodes.target.getConnections()[0]?.abort(new Error('gone'))
    await over(connection)
    await allFree(nodes)
  })

  it('the bootnode goes', async () => {
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.address)
    for (const each of nodes.bootnode.getConnections()) each.abort(new Error('gone'))
    await over(connection)
    await allFree(nodes)
  })

  it('the gateway stops', async () => {
    const nodes = await setUp()
    const connection = await dial(nodes, nodes.address)
    await nodes.gateway.stop()
    await over(connection)
    await allFree(nodes)
    expect(nodes.gateway.counts.ended.stopped).toBe(1)
  })
})

describe('one bootnode', () => {
  it('carries tunnels of one client to several targets at once, each apart', async () => {
    const nodes = await setUp()
    const others = await Promise.all([setUp(), setUp(), setUp()])
    await Promise.all([nodes, ...others].map(({ target }) => serveScenarios(target)))
    const connections = await Promise.all(
      [nodes, ...others].map(({ target }) => dial(nodes, nodes.through(String(target.getMultiaddrs()[0])))),
    )
    expect(nodes.gateway.counts.live).toBe(4)
    const [first, ...rest] = connections
    first?.abort(new Error('enough'))
    for (const connection of rest) {
      const stream = await connection.newStream(scenarioProtocols.echo)
      let came = 0
      stream.addEventListener('message', ({ data }) => {
        came += data.byteLength
      })
      stream.send(new Uint8Array(1_000))
      await until(
        () => came === 1_000,
        () => `${came}`,
      )
    }
  })
})
