import { expect, onTestFinished, test } from 'vitest'
import { type Bootnode, type BootnodeOptions, createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'
import type { FollowOptions, FollowReport, FollowSummary } from './scenario/follow.ts'

const launched = launchForTests()

async function startDevnet(): Promise<Devnet> {
  const devnet = await createDevnet({ slotDurationMs: 500, startSlot: 36 })
  onTestFinished(devnet.stop)
  return devnet
}

async function bootnodeOf(devnet: Devnet, options: Partial<BootnodeOptions> = {}): Promise<Bootnode> {
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    clock: devnet.clock,
    clockOffsetMs: devnet.clockOffsetMs,
    tunnel: false,
    ...options,
  })
  onTestFinished(bootnode.stop)
  await bootnode.ready({ signal: AbortSignal.timeout(45_000) })
  return bootnode
}

/** A page that follows until it is closed or has reached the goal. */
async function follow(options: Omit<FollowOptions, 'timeoutMs' | 'allowPrivateAddresses'>): Promise<{
  readonly errors: readonly string[]
  readonly states: readonly string[]
  /** The addresses of its peers. */
  peers(): readonly string[]
  readonly summary: Promise<FollowSummary>
}> {
  const { page, errors } = await openPage(launched.browser)
  onTestFinished(() => page.close())
  const states: string[] = []
  let peers: readonly string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'debug') return
    const report = JSON.parse(message.text()) as FollowReport
    if (report.type === 'state') states.push(report.state)
    if (report.type === 'peers') peers = report.addresses
  })
  await page.goto(launched.pages.harness)
  const summary = page.evaluate((given) => globalThis.lamparaHarness.follow(given), {
    ...options,
    timeoutMs: 90_000,
    allowPrivateAddresses: true,
  })
  summary.catch(() => {})
  return { errors, states, peers: () => peers, summary }
}

const never = { optimisticSlot: 10_000, finalizedSlot: 10_000 }

test('a page finds another through a bootnode, and follows the chain by that one alone when the bootnode is gone', async () => {
  const devnet = await startDevnet()
  const relay = await bootnodeOf(devnet, { relay: true })
  const other = await bootnodeOf(devnet)
  const sharing = await follow({
    join: relay.url,
    bootnodes: [...relay.addresses, ...other.addresses],
    webRtc: 'share',
    goal: never,
  })
  await expect.poll(() => relay.relayCounts?.reservations, { timeout: 45_000 }).toBe(1)
  const [sharer] = relay.downstream.peers.map(({ id }) => id)
  const goal = { optimisticSlot: devnet.head().slot + 80, finalizedSlot: devnet.finalized().slot + 16 }
  const dialing = await follow({ join: relay.url, bootnodes: relay.addresses, webRtc: 'dial', goal })
  const direct = `${relay.addresses[0]}/p2p-circuit/webrtc/p2p/${sharer}`
  await expect.poll(dialing.peers, { timeout: 40_000 }).toContain(direct)
  await expect.poll(() => dialing.states, { timeout: 45_000 }).toContain('following')
  const goneAtSlot = devnet.head().slot
  await relay.stop()
  const { heads, peers } = await dialing.summary
  expect(heads.filter(({ slot }) => slot > goneAtSlot + 2).length).toBeGreaterThan(5)
  expect(peers).toEqual([direct])
  // The lost WebSocket is the browser's own line, and the only one.
  for (const { errors } of [sharing, dialing])
    expect(errors.filter((error) => !error.includes('WebSocket'))).toEqual([])
})
