import { describe, it } from 'vitest'
import { platform } from '../../src/platform/node/index.ts'
import { inNode } from './scenario/in-node.ts'
import { startMetNode } from './scenario/meet.ts'
import { idling } from './scenario/scenarios.ts'
import { startListening, startMet, startTunnelled } from './scenario/sides.ts'

// They take twelve seconds each and ask nothing of the machine, so they wait together.
describe('a connection on which nothing happens for twelve seconds', () => {
  const runs = [
    ...(['tcp', 'websocket', 'quic', 'webrtc-direct'] as const).map((kind) => ({
      kind,
      run: inNode(kind, () => startListening(kind)),
    })),
    { kind: 'tunnel', run: inNode('tunnel', startTunnelled) },
    { kind: 'webrtc', run: inNode('webrtc', () => startMet((relay) => startMetNode(platform, relay))) },
  ]
  it.concurrent.each(runs)('is kept over $kind between two nodes', ({ run }) => run(idling))
})
