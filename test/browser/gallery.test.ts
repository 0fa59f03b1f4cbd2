import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { launchForTests } from '../kit/browser/launched.ts'
import { screens, screenshot } from '../kit/browser/screenshots.ts'
import { openPage } from '../kit/chromium.ts'
import { scenes } from './gallery/scenes.ts'

const launched = launchForTests()

const titles = {
  idle: 'Not started',
  opening: 'Starting',
  nothing: 'Could not start',
  connecting: 'Connecting',
  bootstrapping: 'Bootstrapping',
  syncing: 'Catching up',
  following: 'Following',
  stalled: 'Stalled',
  disconnected: 'Not connected',
  failed: 'Failed',
} as const

async function openScene(scene: string) {
  const watched = await openPage(launched.browser, { ...screens['laptop-light'], reducedMotion: 'reduce' })
  await watched.page.goto(`${launched.pages.gallery}?scene=${scene}`)
  await watched.page.getByTestId('status').and(watched.page.locator(`[data-state]`)).waitFor()
  return watched
}

const title = (page: Page) => page.locator('#status-title')

describe('the demo page, in Chromium', () => {
  test('has a scene for each state of the client but the one that its own button makes', () => {
    expect(Object.keys(titles)).toEqual(expect.arrayContaining(Object.keys(scenes)))
  })

  test.each([
    ['laptop-light', Object.keys(titles)],
    ['phone-dark', Object.keys(titles)],
    ['laptop-dark', ['following', 'disconnected']],
    ['phone-light', ['following', 'disconnected']],
  ] as const)(
    'tells its states in their own words on %s, fits, and leaves the console clean',
    async (screen, shown) => {
      const { page, errors } = await openPage(launched.browser, { ...screens[screen], reducedMotion: 'reduce' })
      for (const scene of shown as readonly (keyof typeof titles)[]) {
        await page.goto(`${launched.pages.gallery}?scene=${scene}`)
        await page.getByRole('heading', { name: titles[scene], exact: true }).waitFor()
        const overflow = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          return scrollWidth - clientWidth
        })
        expect(overflow, scene).toBe(0)
        await screenshot(page, `${scene}-${screen}`)
      }
      expect(errors).toEqual([])
      await page.close()
    },
  )

  test('copies the whole of a hash that it shows short', async () => {
    const { page, errors } = await openScene('following')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const root = page.getByTestId('optimistic-root')
    const whole = await root.getAttribute('title')
    await root.click()
    await root.getByText('Copied').waitFor()
    expect(whole).toMatch(/^0x[0-9a-f]{64}$/)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(whole)
    expect(errors).toEqual([])
    await page.close()
  })

  test('lets ages tick by the second', async () => {
    const { page } = await openScene('following')
    const age = page.getByTestId('optimistic-age')
    const first = await age.textContent()
    await page.waitForFunction(
      (before) => document.querySelector('[data-testid=optimistic-age]')?.textContent !== before,
      first,
    )
    expect(await age.textContent()).toMatch(/^\d+ s old$/)
    await page.close()
  })

  test('reads the chart out slot by slot to a keyboard', async () => {
    const { page } = await openScene('following')
    await page.getByTestId('chart').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    const readout = page.getByTestId('readout')
    expect(await readout.textContent()).toMatch(/^Slot 14,018,0\d\d: optimistic, \d+(\.\d)?% signed, verified after/)
    expect(await readout.getAttribute('aria-live')).toBe('polite')
    await page.keyboard.press('Escape')
    expect(await readout.textContent()).toMatch(/heads in view/)
    await page.close()
  })

  test('says at the field what is wrong with an address, and keeps the reader there', async () => {
    const { page } = await openScene('idle')
    await page.getByText('Bootnode address', { exact: true }).first().click()
    await page
      .getByLabel('Bootnode address', { exact: true })
      .last()
      .fill('/ip4/203.0.113.9/tcp/9000/p2p/16Uiu2HAm7xzVfnEXb')
    await page.getByRole('button', { name: 'Connect' }).click()
    const field = page.locator('#field-address')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await page.locator('#field-address-words').textContent()).toContain('A browser cannot dial that')
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.close()
  })

  test('joins where it was last told to, however quickly it is told', async () => {
    const { page, errors } = await openScene('following')
    await page.getByText('Connection', { exact: true }).click()
    await page.evaluate(() => {
      const form = document.querySelector('form')
      const url = document.querySelector<HTMLInputElement>('#field-url')
      for (const host of ['one.example', 'two.example', 'three.example']) {
        if (url !== null) url.value = `https://${host}`
        form?.requestSubmit()
      }
    })
    await page.locator('.connect-where', { hasText: 'three.example' }).waitFor()
    await page.getByRole('heading', { name: 'Following', exact: true }).waitFor()
    const joined = await page.locator('.log-text', { hasText: 'Joining' }).allTextContents()
    expect(joined).toEqual(['Joining through three.example', 'Joining through relay.example'])
    expect(await page.getByTestId('action').textContent()).toBe('Stop')
    expect(errors).toEqual([])
    await page.close()
  })

  test('stops and starts by its button', async () => {
    const { page, errors } = await openScene('following')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('heading', { name: 'Stopped' }).waitFor()
    expect(await page.getByTestId('optimistic').getAttribute('data-stale')).toBe('')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('heading', { name: 'Following' }).waitFor()
    expect(await title(page).textContent()).toBe('Following')
    expect(errors).toEqual([])
    await page.close()
  })
})
