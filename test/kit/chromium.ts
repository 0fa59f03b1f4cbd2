import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/find-chromium.mjs'

// Without these a fresh profile talks to its maker's servers, and a container without user namespaces cannot start it.
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a real, headless Chromium with an empty profile. Close it with `await browser.close()`.
 *
 * @throws when the machine has none; `npm test` installs one beforehand
 */
export async function launchChromium(options: { readonly args?: readonly string[] } = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('No Chromium found: run `npm run bootstrap`, or set CHROMIUM_PATH')
  return chromium.launch({ executablePath, headless: true, args: [...quiet, ...(options.args ?? [])] })
}

/** A page and what went wrong on it so far. */
export interface WatchedPage {
  readonly page: Page
  /** Console errors, uncaught exceptions and failed requests, in order, in words. */
  readonly errors: readonly string[]
}

/** Opens an empty page that notes every console error, uncaught exception and failed request from the start. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const page = await browser.newPage(options)
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.stack ?? error.message}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // That is what Chromium calls a request that the page itself ended, at times after reading all of it.
    if (reason !== 'net::ERR_ABORTED') errors.push(`request: ${request.url()}: ${reason}`)
  })
  return { page, errors }
}
