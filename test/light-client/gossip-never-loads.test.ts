import { expect, it, onTestFinished, vi } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'

// As a page whose server never answers when this part is loaded.
vi.mock('../../src/light-client/gossip/follow-gossip.ts', () => new Promise(() => {}))

it('a client goes on by requests where the code for gossip never loads', async () => {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
  onTestFinished(devnet.stop)
  const { chain, addresses } = devnet
  const client = await createLightClient({
    chain,
    staticPeers: addresses,
    checkpoint: devnet.checkpoint(),
    targetPeers: 0,
  })
  onTestFinished(client.stop)
  const signal = AbortSignal.timeout(45_000)
  const { slot } = await client.ready({ signal })
  for await (const head of client.heads({ signal })) {
    if (head.slot < slot + 2) continue
    expect(head.participation).toBeGreaterThan(2 / 3)
    break
  }
})
