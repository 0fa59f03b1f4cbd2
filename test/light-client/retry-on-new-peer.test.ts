import { afterEach, expect, it } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

it('asks a peer that comes at once, although it waits after those before it had nothing', async () => {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 2_000, forks: { electra: 0 } })
  stops.push(devnet.stop)
  const { chain } = devnet
  const mute = await createNetwork({ chain, listen: ['/ip4/127.0.0.1/tcp/0'], targetPeers: 0 })
  stops.push(() => mute.stop())
  // It stands still, two slots ahead: no wait ends by itself, and no head is of a slot that has not begun.
  const clock = createFakeClock(Date.now() + 2 * chain.slotDurationMs)
  const network = await createNetwork({ chain, clock, staticPeers: mute.addresses, targetPeers: 0 })
  stops.push(() => network.stop())
  const client = await createLightClient({ chain, network, checkpoint: devnet.checkpoint() })
  stops.push(client.stop)
  await new Promise<void>((resolve) => {
    client.watchStatus(({ error }) => {
      if (error?.message.includes('no connected peer offers it')) resolve()
    })
  })
  await network.connect(devnet.addresses[0]!, { signal: AbortSignal.timeout(45_000) })
  const head = await client.ready({ signal: AbortSignal.timeout(45_000) })
  expect(head.slot).toBeGreaterThan(0)
})
