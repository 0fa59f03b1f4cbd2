import { expect, onTestFinished, test } from 'vitest'
import { type Bootnode, createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import type { Network } from '../../src/network/types.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'

const launched = launchForTests()

async function bootnodeOf(devnet: Devnet, records: readonly string[] = []): Promise<Bootnode> {
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    clock: devnet.clock,
    enrs: records,
    allowPrivateAddresses: true,
  })
  onTestFinished(bootnode.stop)
  await bootnode.ready({ signal: AbortSignal.timeout(45_000) })
  return bootnode
}

async function untilPeers(network: Network, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const unwatch = network.watchPeers((peers) => {
      if (peers.length < count) return
      queueMicrotask(() => unwatch())
      resolve()
    })
  })
}

test('a page finds a second bootnode through the first, and follows on when the first one dies', async () => {
  const devnet = await createDevnet({ slotDurationMs: 400, startSlot: 36 })
  onTestFinished(devnet.stop)
  const second = await bootnodeOf(devnet)
  const first = await bootnodeOf(devnet, [await second.downstream.enr()])
  // It tells only of peers that it has met.
  await untilPeers(first.client.network, 2)
  const { page, errors } = await openPage(launched.browser)
  await page.goto(launched.pages.harness)
  const goal = { optimisticSlot: 96, finalizedSlot: 72 }
  const following = page.evaluate((given) => globalThis.lamparaHarness.follow(given), {
    join: first.url,
    goal,
    timeoutMs: 60_000,
    allowPrivateAddresses: true,
  })
  await untilPeers(second.downstream, 2)
  const diedAtSlot = devnet.head().slot
  await first.stop()
  const summary = await following
  expect(diedAtSlot).toBeLessThan(goal.optimisticSlot - 5)
  expect(summary.heads.filter(({ slot }) => slot > diedAtSlot + 2).length).toBeGreaterThan(2)
  expect(summary.states).not.toContain('disconnected')
  expect(summary.peers).toEqual(second.addresses)
  // The lost WebSocket and join document are the browser's own lines, and the only ones.
  expect(errors.filter((error) => !/WebSocket|lampara\.json/.test(error))).toEqual([])
  await page.close()
})
