import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { startChain } from '../kit/browser/chain.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import type { Told } from './tabs/main.ts'

const PATIENCE = { timeout: 45_000, interval: 50 }

const launched = launchForTests()

const look = (page: Page) => page.evaluate(() => globalThis.lamparaTab.look())

/** Each head follows the one told before it, or a gap says what lies between; none is told twice. */
function expectWhole(told: readonly Told[]): void {
  let before: Told | undefined
  let slot = -1
  for (const next of told) {
    if ('slot' in next) {
      expect(next.slot).toBeGreaterThan(slot)
      if (before !== undefined && 'root' in before) expect(next.parentRoot).toBe(before.root)
      if (before !== undefined && 'toSlot' in before) expect(next.slot).toBe(before.toSlot + 1)
      slot = next.slot
    } else expect(next.fromSlot).toBe(slot + 1)
    before = next
  }
}

test('three tabs hold one connection, and when the one that leads is closed the others miss no head and are told none twice', async () => {
  const { bootnode, door, address } = await startChain({ slotDurationMs: 400, startSlot: 44 })
  const context = await launched.browser.newContext()
  onTestFinished(() => context.close())
  const pages = await Promise.all([context.newPage(), context.newPage(), context.newPage()])
  const errors: string[] = []
  for (const page of pages) {
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(launched.pages.tabs)
    await page.evaluate((options) => globalThis.lamparaTab.start(options), { join: bootnode.url, bootnodes: [address] })
  }
  const [leader, ...others] = pages as [Page, Page, Page]
  const headsOf = async (page: Page): Promise<number> => {
    const { told } = await look(page)
    return told.filter((each) => 'slot' in each).length
  }
  for (const page of pages) await expect.poll(() => headsOf(page), PATIENCE).toBeGreaterThan(2)
  expect(await Promise.all(pages.map(async (page) => (await look(page)).role))).toEqual([
    'leader',
    'follower',
    'follower',
  ])
  await others[0]!.evaluate(() => globalThis.lamparaTab.check())
  expect(door.live).toBe(1)

  const before = await Promise.all(others.map(headsOf))
  await leader.close()
  for (const [index, page] of others.entries()) {
    await expect.poll(() => headsOf(page), PATIENCE).toBeGreaterThan(before[index]! + 2)
  }
  const seen = await Promise.all(others.map(look))
  expect(seen.map(({ role }) => role).toSorted()).toEqual(['follower', 'leader'])
  for (const { told } of seen) expectWhole(told)
  await expect.poll(() => door.live, PATIENCE).toBe(1)
  for (const page of others) await page.evaluate(() => globalThis.lamparaTab.stop())
  await expect.poll(() => door.live, PATIENCE).toBe(0)
  expect(errors).toEqual([])
})
