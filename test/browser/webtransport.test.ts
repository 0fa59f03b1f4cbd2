import { expect, onTestFinished, test } from 'vitest'
import { createDevnet } from '../../src/devnet/index.ts'
import { expectMoving, recordRoots } from '../kit/browser/chain.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'
import { findDeno, startWebTransportClient } from '../kit/webtransport-peer/start.ts'

const deno = findDeno()

const launched = launchForTests()

test.skipIf(deno === undefined)(
  'a page that learns of a peer on WebTransport alone follows the chain by it, and leaves nothing open there (skipped where npm has no Deno)',
  async () => {
    const devnet = await createDevnet({ slotDurationMs: 500, startSlot: 36 })
    onTestFinished(devnet.stop)
    const { restUrl: join } = devnet
    const checkpoint = devnet.checkpoint()
    const peer = await startWebTransportClient(deno ?? '', join, checkpoint)
    onTestFinished(peer.kill)
    const roots = recordRoots(devnet.events())
    const { page, errors } = await openPage(launched.browser)
    await page.goto(launched.pages.harness)
    const { heads, peers, states } = await page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
      join,
      checkpoint,
      bootnodes: [peer.address],
      goal: {
        optimisticSlot: devnet.head().slot + 40,
        optimisticHeads: 6,
        finalizedSlot: devnet.finalized().slot + 24,
      },
      untilFollowing: true,
      timeoutMs: 60_000,
      allowPrivateAddresses: true,
    })
    expect(states).toContain('following')
    expectMoving(heads, roots)
    expect(heads.filter(({ kind }) => kind === 'optimistic').length).toBeGreaterThan(5)
    expect(peers).toEqual([peer.address])
    await expect.poll(() => peer.connections(), { timeout: 45_000 }).toBe(0)
    expect(errors).toEqual([])
  },
  90_000,
)
