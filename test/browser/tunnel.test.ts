import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { addressPairs, encodeForkId, forkIdAt, signEnr } from '../../src/discovery/enr/index.ts'
import { createNetwork } from '../../src/network/index.ts'
import { type Censor, startCensor } from '../kit/browser/censor.ts'
import { type Door, openDoor } from '../kit/browser/door.ts'
import { startKillableBootnode } from '../kit/browser/killable-bootnode.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'
import type { FollowOptions, FollowSummary } from './scenario/follow.ts'

const launched = launchForTests()

/** A beacon node that listens on TCP alone, behind a door, and the record that reports it there. */
interface Behind {
  readonly devnet: Devnet
  readonly door: Door
  readonly address: string
  readonly record: string
}

async function startBehind(): Promise<Behind> {
  const { raw: privateKey } = await generateKeyPair('secp256k1')
  const devnet = await createDevnet({ slotDurationMs: 500, startSlot: 36, privateKey })
  onTestFinished(devnet.stop)
  const { chain, clock, network } = devnet
  const door = await openDoor(Number(/\/tcp\/(\d+)/.exec(devnet.addresses[0]!)?.[1]))
  const { text: record } = signEnr(privateKey, {
    seq: 1n,
    pairs: [...addressPairs({ ip: '127.0.0.1', tcp: door.port }), ['eth2', encodeForkId(forkIdAt(chain, clock.now()))]],
  })
  return { devnet, door, record, address: `/ip4/127.0.0.1/tcp/${door.port}/p2p/${network.peerId}` }
}

async function startCensorOf({ devnet, address, record }: Behind): Promise<Censor> {
  const { chain, clock } = devnet
  const own = { staticPeers: [address], enrs: [record], crawl: true, allowPrivateAddresses: true }
  const above = await createNetwork({ chain, clock, ...own })
  onTestFinished(() => above.stop())
  const censor = await startCensor(above)
  onTestFinished(censor.stop)
  await censor.told()
  return censor
}

/** A page that follows until it is closed or has reached the goal. */
async function follow(options: Omit<FollowOptions, 'timeoutMs' | 'allowPrivateAddresses'>): Promise<{
  readonly page: Page
  readonly errors: readonly string[]
  readonly states: readonly string[]
  readonly summary: Promise<FollowSummary>
}> {
  const { page, errors } = await openPage(launched.browser)
  onTestFinished(() => page.close())
  const states: string[] = []
  page.on('console', (message) => {
    const state = /^\{"type":"state","state":"(\w+)"/.exec(message.text())?.[1]
    if (state !== undefined) states.push(state)
  })
  await page.goto(launched.pages.harness)
  const summary = page.evaluate((given) => globalThis.lamparaHarness.follow(given), {
    ...options,
    timeoutMs: 120_000,
    allowPrivateAddresses: true,
  })
  summary.catch(() => {})
  return { page, errors, states, summary }
}

const never = { optimisticSlot: 10_000, finalizedSlot: 10_000 }
const within = { timeout: 60_000 }

describe('a page that knows one bootnode, which keeps the chain from it,', { timeout: 240_000 }, () => {
  test('finds a beacon node on TCP through it, and follows the chain by that one alone', async () => {
    const behind = await startBehind()
    const { devnet, door } = behind
    const censor = await startCensorOf(behind)
    const goal = {
      optimisticSlot: devnet.head().slot + 20,
      optimisticHeads: 6,
      finalizedSlot: devnet.finalized().slot + 16,
    }
    const { restUrl: join } = devnet
    const { summary, errors } = await follow({ join, bootnodes: censor.addresses, goal, tellGossip: true })
    const { heads, peers, gossip } = await summary
    expect(heads.filter(({ kind }) => kind === 'optimistic').length).toBeGreaterThan(5)
    const { peerId } = devnet.network
    expect(gossip).toEqual({ senders: [peerId], meshes: [peerId] })
    expect(peers.filter((address) => address.endsWith(`/lampara-tunnel${behind.address}`))).toHaveLength(1)
    expect(errors).toEqual([])
    // It stopped by itself: the tunnel was closed in good order.
    await expect.poll(() => censor.tunnelCounts, within).toMatchObject({ live: 0, opened: 1 })
    await expect.poll(() => door.live, within).toBe(1)
  })

  test('frees its tunnel when it is closed', async () => {
    const behind = await startBehind()
    const { devnet, door } = behind
    const censor = await startCensorOf(behind)
    const { page, states } = await follow({ join: devnet.restUrl, bootnodes: censor.addresses, goal: never })
    await expect.poll(() => states, within).toContain('following')
    expect([censor.tunnelCounts.live, door.live]).toEqual([1, 2])
    await page.close()
    await expect.poll(() => [censor.tunnelCounts.live, door.live], within).toEqual([0, 1])
    await expect.poll(() => devnet.network.peers.length, within).toBe(1)
  })

  test('frees its tunnel when the beacon node is gone', async () => {
    const behind = await startBehind()
    const { devnet, door } = behind
    const censor = await startCensorOf(behind)
    const { states } = await follow({ join: devnet.restUrl, bootnodes: censor.addresses, goal: never })
    await expect.poll(() => states, within).toContain('following')
    await door.shut()
    await expect.poll(() => censor.tunnelCounts, within).toMatchObject({ live: 0, dialing: 0 })
    expect(door.live).toBe(0)
    await expect.poll(() => states.at(-1), { timeout: 60_000 }).not.toBe('following')
  })
})

describe('a page that holds a tunnel through a bootnode', { timeout: 240_000 }, () => {
  test('loses it when the bootnode is killed, and nothing is left at the beacon node', async () => {
    const { devnet, door, address, record } = await startBehind()
    const bootnode = await startKillableBootnode(devnet.restUrl, { upstream: [address], enrs: [record] })
    onTestFinished(bootnode.stop)
    const { states } = await follow({ join: bootnode.url, goal: never })
    // The bootnode's own connection, and the page's.
    await expect.poll(() => door.live, { timeout: 60_000 }).toBe(2)
    await expect.poll(() => devnet.network.peers.length, within).toBe(2)
    await bootnode.kill()
    await expect.poll(() => door.live, within).toBe(0)
    await expect.poll(() => devnet.network.peers.length, within).toBe(0)
    await expect.poll(() => states.at(-1), within).toBe('disconnected')
  })
})
