import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDevnet, type Devnet } from '../../src/devnet/index.ts'
import { type KillableBootnode, startKillableBootnode } from '../kit/browser/killable-bootnode.ts'
import { type Pages, servePages } from '../kit/browser/pages.ts'
import { screens, screenshot } from '../kit/browser/screenshots.ts'
import { launchChromium, openPage } from '../kit/chromium.ts'

let browser: Browser
let pages: Pages
let devnet: Devnet
let bootnode: KillableBootnode

beforeAll(async () => {
  ;[browser, pages, devnet] = await Promise.all([
    launchChromium(),
    servePages(),
    createDevnet({ slotDurationMs: 600, missedSlots: 0.08, participation: (slot) => 0.8 + (slot % 5) * 0.05 }),
  ])
  bootnode = await startKillableBootnode(devnet.restUrl)
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([pages?.stop(), bootnode?.stop()])
  await devnet?.stop()
})

const isHeading = (page: Page, name: string, timeout: number) =>
  page.getByRole('heading', { name, exact: true }).waitFor({ timeout })

/** Resolves when the page shows an optimistic head beyond a slot. @returns its slot */
async function headBeyond(page: Page, slot: number): Promise<number> {
  const shown = await page.waitForFunction(
    (before) => {
      const text = document.querySelector('[data-testid=optimistic-slot]')?.textContent ?? ''
      const now = Number(text.replaceAll(',', ''))
      return now > before ? now : false
    },
    slot,
    { timeout: 45_000 },
  )
  return Number(await shown.jsonValue())
}

test('a page follows through a bootnode, says when it is gone, and follows again without a reload', async () => {
  const { page, errors } = await openPage(browser, screens['laptop-light'])
  await page.goto(`${pages.demo}?join=${bootnode.url}`)
  await isHeading(page, 'Following', 45_000)
  const first = await headBeyond(page, 0)
  const second = await headBeyond(page, first + 4)
  expect(await page.getByTestId('optimistic-root').getAttribute('title')).toMatch(/^0x[0-9a-f]{64}$/)
  expect(await page.getByTestId('optimistic-hash').getAttribute('title')).toMatch(/^0x[0-9a-f]{64}$/)
  expect(await page.getByTestId('finalized-slot').textContent()).toMatch(/^\d/)
  expect(await page.title()).toMatch(/^\d[\d,]* · Lampara$/)
  expect(await page.getByTestId('peers').getByText('bootnode', { exact: true }).count()).toBe(1)
  expect(errors).toEqual([])
  await page.evaluate(() => Object.assign(window, { notReloaded: true }))

  await bootnode.kill()
  await isHeading(page, 'Not connected', 45_000)
  expect(await page.title()).toBe('Not connected · Lampara')
  expect(await page.getByTestId('optimistic').getAttribute('data-stale')).toBe('')
  await screenshot(page, 'live-not-connected')

  await bootnode.startAgain()
  await isHeading(page, 'Following', 45_000)
  const third = await headBeyond(page, second + 1)
  await headBeyond(page, third + 4)
  expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true)
  await screenshot(page, 'live-laptop-light')
  // Chromium itself reports each connection that is refused; a page cannot keep it from doing so.
  expect(
    errors.filter(
      (error) => !/WebSocket connection to .* failed|lampara\.json.*REFUSED|REFUSED.*lampara\.json/.test(error),
    ),
  ).toEqual([])
  await page.close()
})
