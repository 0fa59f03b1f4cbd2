import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'

/** The screens that the page is looked at on. */
export const screens = {
  'laptop-light': { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  'laptop-dark': { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  'phone-light': { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
  'phone-dark': { colorScheme: 'dark', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
} as const satisfies Record<string, BrowserContextOptions>

/** Where screenshots go: `LAMPARA_SCREENSHOTS` keeps them where it says. */
const folder = (async () => {
  const named = process.env.LAMPARA_SCREENSHOTS
  if (named === undefined || named === '') return mkdtemp(join(tmpdir(), 'lampara-screenshots-'))
  const path = resolve(named)
  await mkdir(path, { recursive: true })
  return path
})()

/** Where a picture goes. */
export async function screenshotPath(name: string): Promise<string> {
  return join(await folder, `${name}.png`)
}

/** Takes a picture of the whole page. @returns the file */
export async function screenshot(page: Page, name: string): Promise<string> {
  const path = await screenshotPath(name)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  return path
}
