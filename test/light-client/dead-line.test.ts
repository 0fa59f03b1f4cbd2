import { afterEach, expect, it } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { createLightClient } from '../../src/light-client/index.ts'
import type { Head, LightClient } from '../../src/light-client/types.ts'
import { startSilentProxy } from '../kit/silent-proxy.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** Far less than the pings take, of which two in a row must go unanswered for 20 s each. */
const BEFORE_PINGS_MS = 25_000

async function headAfter(client: LightClient, slot: number, signal: AbortSignal): Promise<Head> {
  for await (const head of client.heads({ signal })) if (head.slot > slot) return head
  throw new Error('the heads ended')
}

it('finds a line that is dead without a word by the slot that brings no head, and is current again', async () => {
  const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 2_000, forks: { electra: 0 } })
  stops.push(devnet.stop)
  const address = devnet.addresses.find((known) => known.includes('/tcp/'))!
  const port = Number(/\/tcp\/(\d+)/.exec(address)![1])
  const proxy = await startSilentProxy(port)
  stops.push(() => proxy.close())
  const client = await createLightClient({
    chain: devnet.chain,
    checkpoint: devnet.checkpoint(),
    staticPeers: [address.replace(`/tcp/${port}`, `/tcp/${proxy.port}`)],
    targetPeers: 0,
  })
  stops.push(client.stop)
  const ready = await client.ready({ signal: AbortSignal.timeout(45_000) })
  const { slot } = await headAfter(client, ready.slot, AbortSignal.timeout(45_000))
  const signal = AbortSignal.timeout(BEFORE_PINGS_MS)
  const lost = client.network.events(['peer:disconnected'], { signal })[Symbol.asyncIterator]().next()
  proxy.silence()
  expect((await lost).value).toMatchObject({ reason: 'it does not answer' })
  expect((await headAfter(client, slot + 1, signal)).slot).toBeGreaterThan(slot)
})
