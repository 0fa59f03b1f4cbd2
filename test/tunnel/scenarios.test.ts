import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ScenarioContext } from '../transports/scenario/scenarios.ts'
import { scenarios } from '../transports/scenario/scenarios.ts'
import { serveScenarios } from '../transports/scenario/serve.ts'
import { somePeerId } from './support.ts'
import { startTunnelNodes, type TunnelNodes, without } from './transport-nodes.ts'

const sockets: Socket[] = []
const silent = createServer((socket) => {
  sockets.push(socket)
  socket.on('error', () => {})
  socket.resume()
})

describe('from a node that has WebSocket alone, through a bootnode, to a node that has TCP alone', () => {
  let nodes: TunnelNodes
  let context: ScenarioContext

  beforeAll(async () => {
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    nodes = await startTunnelNodes()
    await serveScenarios(nodes.target)
    const { port } = silent.address() as { port: number }
    context = {
      libp2p: without(nodes.client, nodes.bootnode.peerId.toString()),
      address: nodes.address,
      silent: nodes.through(`/ip4/127.0.0.1/tcp/${port}/p2p/${nodes.target.peerId}`),
      stranger: await somePeerId(),
    }
  })
  afterAll(async () => {
    await nodes?.stop()
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  afterEach(() => {
    for (const connection of context.libp2p.getConnections()) connection.abort(new Error('the test is over'))
  })

  it.each(scenarios)('$name', async ({ run }) => {
    await run(context)
    const { gateway, target } = nodes
    await expect.poll(() => target.getConnections(), { timeout: 5_000 }).toEqual([])
    await expect.poll(() => gateway.counts, { timeout: 5_000 }).toMatchObject({ live: 0, dialing: 0 })
    await expect.poll(() => sockets.every(({ destroyed }) => destroyed), { timeout: 5_000 }).toBe(true)
  })
})
