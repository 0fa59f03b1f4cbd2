import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launchChromium } from '../chromium.ts'
import { type Pages, servePages } from './pages.ts'

/** Chromium, and the pages that it opens. */
export interface Launched {
  readonly browser: Browser
  readonly pages: Pages
}

/** Has both there while the tests of a file run; they are not there before. */
export function launchForTests(): Launched {
  let browser: Browser
  let pages: Pages

  beforeAll(async () => {
    ;[browser, pages] = await Promise.all([launchChromium(), servePages()])
  })
  afterAll(async () => {
    await browser?.close()
    await pages?.stop()
  })

  return {
    get browser() {
      return browser
    },
    get pages() {
      return pages
    },
  }
}
