import { expect, it, onTestFinished } from 'vitest'
import { createDevnet } from '../../../src/devnet/index.ts'
import { createLightClient, serveVerified } from '../../../src/light-client/index.ts'

it('a light client that serves what it verified is enough for another to start from and follow', async () => {
  const devnet = await createDevnet({ slotDurationMs: 500, startSlot: 36 })
  onTestFinished(devnet.stop)
  const { chain, clock } = devnet
  const common = { chain, clock, checkpoint: devnet.checkpoint() }
  const serving = await createLightClient({
    ...common,
    staticPeers: devnet.addresses,
    listen: ['/ip4/127.0.0.1/tcp/0'],
  })
  onTestFinished(serving.stop)
  const stopServing = serveVerified(serving)
  await serving.ready({ signal: AbortSignal.timeout(45_000) })
  const other = await createLightClient({ ...common, staticPeers: serving.network.addresses })
  onTestFinished(other.stop)
  const { slot } = await other.ready({ signal: AbortSignal.timeout(45_000) })
  for await (const head of other.heads()) if (head.slot > slot) break
  expect(other.network.peers.map(({ id }) => id)).toEqual([serving.network.peerId])
  stopServing()
  stopServing()
})
