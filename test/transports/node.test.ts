import { describe, expect, it } from 'vitest'
import { platform } from '../../src/platform/node/index.ts'
import { inNode } from './scenario/in-node.ts'
import { scenarios } from './scenario/scenarios.ts'
import { startListening, startTunnelled } from './scenario/sides.ts'

const transports = await platform.transports()

it('has QUIC where its add-on is installed', () => {
  expect(transports.map(({ name }) => name)).toEqual(['quic', 'tcp', 'websocket'])
})

describe.each(['tcp', 'websocket', 'quic'] as const)('%s between two nodes', (kind) => {
  const run = inNode(kind, () => startListening(kind))
  it.each(scenarios)('$name', run)
})

describe('the tunnel, from a node that has WebSocket beside it, through a bootnode, to one that has TCP alone', () => {
  const run = inNode('tunnel', startTunnelled)
  it.each(scenarios)('$name', run)
})
