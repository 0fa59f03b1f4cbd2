import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expectMoving, recordRoots, startChain } from '../kit/browser/chain.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'
import { findDeno, startWebTransportPeer } from '../kit/webtransport-peer/start.ts'

const STRANGER = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

/** The worker's own WebTransport is the page's: these are enough to see it at work. */
const SCENARIOS = [
  'connects, and carries a stream',
  'carries a hundred streams at once',
  'brings 20 MB to a slow reader, which need not hold more than it wants',
  'ends its streams when it cuts the connection off itself',
] as const

const deno = findDeno()

const launched = launchForTests()

async function open(): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
  const watched = await openPage(launched.browser)
  onTestFinished(() => watched.page.close())
  await watched.page.goto(launched.pages.worker)
  return watched
}

describe('a worker of a page', () => {
  test('follows from bootstrap to moving heads over WebSocket, and leaves nothing open when stopped', async () => {
    const { devnet, bootnode, door, address } = await startChain({ slotDurationMs: 400, startSlot: 44 })
    const roots = recordRoots(devnet.events())
    const { page, errors } = await open()
    const summary = await page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
      join: bootnode.url,
      bootnodes: [address],
      goal: { optimisticSlot: devnet.head().slot + 24, finalizedSlot: devnet.finalized().slot + 16 },
      timeoutMs: 60_000,
    })
    // A network that is quick has somebody before anyone can look.
    expect(summary.states.find((state) => state !== 'connecting')).toBe('bootstrapping')
    expect(summary.peers).toEqual([address])
    expectMoving(summary.heads, roots)
    await expect.poll(() => door.live, { timeout: 45_000 }).toBe(0)
    expect(errors).toEqual([])
  })

  test('has all that the browser platform promises, storage among it', async () => {
    const { page, errors } = await open()
    const results = await page.evaluate(() => globalThis.lamparaHarness.conformance())
    expect(results.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect(results.length).toBeGreaterThan(10)
    expect(errors).toEqual([])
  })

  test.skipIf(deno === undefined)(
    'speaks WebTransport to a peer in Deno (skipped where npm has no Deno)',
    async () => {
      const peer = await startWebTransportPeer(deno ?? '')
      onTestFinished(() => peer.kill())
      const { page, errors } = await open()
      const addresses = { address: peer.address, silent: peer.address, stranger: STRANGER }
      for (const name of SCENARIOS) {
        await page.evaluate(
          ([scenario, where]) => globalThis.lamparaHarness.transport('webtransport', scenario, where),
          [name, addresses] as const,
        )
      }
      await expect.poll(() => peer.connections(), { timeout: 45_000 }).toBe(0)
      expect(errors).toEqual([])
    },
    60_000,
  )
})
