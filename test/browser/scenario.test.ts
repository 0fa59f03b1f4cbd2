import type { Hex } from 'lampara'
import { describe, expect, test, vi } from 'vitest'
import { type Bootnode, createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet, type Devnet, type DevnetEvent, type DevnetOptions } from '../../src/devnet/index.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'
import { fixtures } from '../kit/fixtures.ts'
import { type FollowOptions, type FollowSummary, follow } from './scenario/follow.ts'

const launched = launchForTests()

/** Runs the scenario in a page, through the bootnode. The console must stay clean. */
async function followInPage(options: FollowOptions): Promise<FollowSummary> {
  const { page, errors } = await openPage(launched.browser)
  await page.goto(launched.pages.harness)
  try {
    const summary = await page.evaluate((given) => globalThis.lamparaHarness.follow(given), options)
    expect(errors).toEqual([])
    return summary
  } finally {
    await page.close()
  }
}

/** A devnet with a bootnode in front of it, which starts from the checkpoint given or the devnet's. */
async function withChain<T>(
  options: DevnetOptions & { readonly checkpoint?: Hex },
  use: (devnet: Devnet, bootnode: Bootnode) => Promise<T>,
): Promise<T> {
  const devnet = await createDevnet(options)
  try {
    const bootnode = await createBootnode({
      chain: devnet.chain,
      upstream: devnet.addresses,
      checkpoint: options.checkpoint ?? devnet.checkpoint(),
      clock: devnet.clock,
      clockOffsetMs: devnet.clockOffsetMs,
    })
    try {
      // Recorded data may end before the clock's period: then there is something to start from, and no current head.
      if (options.replay === undefined) await bootnode.ready({ signal: AbortSignal.timeout(45_000) })
      else await vi.waitUntil(() => bootnode.checkpoint() !== undefined, { timeout: 45_000 })
      return await use(devnet, bootnode)
    } finally {
      await bootnode.stop()
    }
  } finally {
    await devnet.stop()
  }
}

describe('a page through a bootnode and Node over TCP run the same scenario', () => {
  test('from bootstrap to moving heads, across a fork, a blob-parameter fork and a committee period', async () => {
    // Period 1 begins with slot 64, epoch 8; the chain starts in epoch 4 and ends in epoch 11.
    const options = {
      slotDurationMs: 400,
      startSlot: 36,
      forks: { electra: 0, fulu: 7 },
      blobSchedule: [{ epoch: 9, maxBlobsPerBlock: 15 }],
      missedSlots: 0.05,
    }
    const goal = { optimisticSlot: 90, finalizedSlot: 72 }
    await withChain(options, async (devnet, bootnode) => {
      const roots = new Map<number, string>()
      const recording = recordRoots(devnet.events(), roots)
      const common = { join: bootnode.url, goal, untilFollowing: true, timeoutMs: 60_000 }
      const [inPage, inNode] = await Promise.all([
        followInPage(common),
        follow({ ...common, peers: devnet.addresses }, () => {}),
      ])
      for (const summary of [inPage, inNode]) {
        // Syncing is passed by where the checkpoint lies in the present period; a busy machine may stall for a moment.
        // A network that is quick has somebody before anyone can look.
        expect(summary.states.find((state) => state !== 'connecting')).toBe('bootstrapping')
        expect(summary.states).toContain('following')
        expect(summary.states).not.toContain('disconnected')
        const optimistic = summary.heads.filter(({ kind }) => kind === 'optimistic')
        const finalized = summary.heads.filter(({ kind }) => kind === 'finalized')
        expect(new Set(optimistic.map(({ fork }) => fork))).toEqual(new Set(['electra', 'fulu']))
        expect(new Set(finalized.map(({ fork }) => fork))).toEqual(new Set(['electra', 'fulu']))
        expect(optimistic.length).toBeGreaterThan(30)
        expect(finalized.length).toBeGreaterThan(3)
        expect(optimistic.filter(({ slot }) => slot >= 48 && slot < 64).length).toBeGreaterThan(8)
        expect(optimistic.filter(({ slot }) => slot >= 64).length).toBeGreaterThan(15)
        for (const kind of [optimistic, finalized]) {
          expect(kind.map(({ slot }) => slot)).toEqual(kind.map(({ slot }) => slot).toSorted((a, b) => a - b))
        }
        for (const { slot, root, blockHash } of summary.heads) {
          if (roots.has(slot)) expect(root).toBe(roots.get(slot))
          expect(blockHash).toMatch(/^0x[0-9a-f]{64}$/)
        }
      }
      expect(inPage.peers).toEqual([expect.stringContaining('/ws/p2p/')])
      expect(inNode.peers).toEqual([expect.stringMatching(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\//)])
      await devnet.stop()
      await recording
      expect(roots.size).toBeGreaterThan(30)
    })
  })

  describe.skipIf(!fixtures.available)('with --replay of recorded mainnet data', () => {
    test.each(['ultralight-capella-879-881', 'colibri-electra-1600-1602'])(
      'both end on the reference heads of %s',
      async (folder) => {
        const path = fixtures.path('light-client-api', folder)
        const [reference] = fixtures.json(`light-client-api/${folder}/expected`) as readonly {
          readonly checkpoint: Hex
          readonly finalized: number
          readonly optimistic: number
        }[]
        if (reference === undefined) throw new Error(`No reference in ${folder}`)
        const { checkpoint } = reference
        await withChain({ replay: path, checkpoint }, async (devnet, bootnode) => {
          const common = {
            join: bootnode.url,
            checkpoint,
            maxCheckpointAgeMs: 365 * 86_400_000,
            goal: { optimisticSlot: reference.optimistic, finalizedSlot: reference.finalized },
            timeoutMs: 60_000,
          }
          const [inPage, inNode] = await Promise.all([
            followInPage(common),
            follow({ ...common, peers: devnet.addresses }, () => {}),
          ])
          for (const { optimistic, finalized } of [inPage, inNode]) {
            expect({ optimistic: optimistic.slot, finalized: finalized.slot }).toEqual({
              optimistic: reference.optimistic,
              finalized: reference.finalized,
            })
          }
          expect(inPage.optimistic).toEqual(inNode.optimistic)
          expect(inPage.finalized).toEqual(inNode.finalized)
        })
      },
      90_000,
    )
  })
})

test('a page that is loaded again goes on from what it verified before, though nobody has its checkpoint any more', async () => {
  await withChain({ slotDurationMs: 400, startSlot: 36 }, async (devnet, bootnode) => {
    const { page, errors } = await openPage(launched.browser)
    const visit = async (options: Omit<FollowOptions, 'join' | 'persist' | 'timeoutMs'>): Promise<FollowSummary> => {
      await page.goto(launched.pages.harness)
      const given = { join: bootnode.url, persist: true, untilFollowing: true, timeoutMs: 60_000, ...options }
      return page.evaluate((whole) => globalThis.lamparaHarness.follow(whole), given)
    }
    const before = await visit({ goal: { optimisticSlot: 1, finalizedSlot: devnet.finalized().slot + 8 } })
    expect(before.states).toContain('bootstrapping')
    const goal = { optimisticSlot: before.optimistic.slot + 1, finalizedSlot: before.finalized.slot + 1 }
    const after = await visit({ checkpoint: `0x${'11'.repeat(32)}`, goal })
    expect(after.states).not.toContain('bootstrapping')
    expect(after.states).toContain('following')
    expect(after.heads[0]!.slot).toBeGreaterThanOrEqual(before.finalized.slot)
    expect(errors).toEqual([])
    await page.close()
  })
})

test('the browser platform passes the conformance suite in a browser', async () => {
  const { page, errors } = await openPage(launched.browser)
  await page.goto(launched.pages.harness)
  const results = await page.evaluate(() => globalThis.lamparaHarness.conformance())
  expect(results.filter(({ failure }) => failure !== undefined)).toEqual([])
  expect(results.length).toBeGreaterThan(10)
  expect(errors).toEqual([])
  await page.close()
})

/** The devnet's own word on its blocks, to hold what was followed against. */
async function recordRoots(events: AsyncIterable<DevnetEvent>, roots: Map<number, string>): Promise<void> {
  for await (const event of events) {
    if (event.type === 'slot' && event.block !== undefined) roots.set(event.block.slot, event.block.root)
  }
}
