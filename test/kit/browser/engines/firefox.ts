import { launch, type Page } from 'puppeteer-core'
import { findFirefox } from '../../../../scripts/find-firefox.mjs'
import { type EngineBrowser, type EnginePage, expressionOf } from './engine.ts'

/** Starts Firefox, headless, over WebDriver BiDi. @throws when the machine has none */
export async function launchFirefox(): Promise<EngineBrowser> {
  const executablePath = findFirefox()
  if (executablePath === undefined) throw new Error('No Firefox found: `npm run test:browsers` installs it on Debian')
  const browser = await launch({ browser: 'firefox', executablePath, headless: true })
  return {
    version: (await browser.version()).replace(/^firefox\//i, 'Firefox '),
    async open(url, size) {
      const page = await browser.newPage()
      const watched = watch(page)
      if (size !== undefined) await page.setViewport(size)
      await page.goto(url)
      return watched
    },
    close: () => browser.close(),
  }
}

function watch(page: Page): EnginePage {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => errors.push(`uncaught: ${error instanceof Error ? error.message : String(error)}`))
  page.on('requestfailed', (request) => errors.push(`request: ${request.url()}: ${request.failure()?.errorText}`))
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`request: ${response.url()}: ${response.status()}`)
  })
  return {
    evaluate: async (run, given) => JSON.parse((await page.evaluate(expressionOf(run, given))) as string),
    errors: async () => errors,
    screenshot: () => page.screenshot({ fullPage: true }),
    close: () => page.close(),
  }
}
