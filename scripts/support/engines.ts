import { findChromium } from '../find-chromium.mjs'
import { findFirefox } from '../find-firefox.mjs'
import { findWebKit } from '../find-webkit.mjs'

/** A browser engine that the tests of pages run in. */
interface Engine {
  readonly name: string
  /** What vitest is told, to run all of its tests and no other's. */
  readonly tests: readonly string[]
  /** Undefined where it is not installed. @throws when an environment variable names one that does not run */
  find(): unknown
  /** How it comes to this machine, in words. */
  readonly install: string
}

const others = 'test/browser/engines/'

/** Chromium first: it has all of the tests, the others those that show that an engine follows the chain. */
export const engines: readonly Engine[] = [
  {
    name: 'chromium',
    tests: [
      'test/browser/',
      'test/platform/browser.test.ts',
      'test/tooling/chromium.test.ts',
      '--exclude',
      `${others}**`,
    ],
    find: findChromium,
    install: 'Run `npm run bootstrap`, or name one in CHROMIUM_PATH.',
  },
  {
    name: 'firefox',
    tests: [`${others}firefox.test.ts`],
    find: findFirefox,
    install: 'On Debian, as root, `npm run test:browsers` installs it; elsewhere name one in FIREFOX_PATH.',
  },
  {
    name: 'webkit',
    tests: [`${others}webkit.test.ts`],
    find: findWebKit,
    install:
      'On Debian, as root, `npm run test:browsers` installs it; elsewhere it takes WebKitGTK’s WebDriver and Xvfb.',
  },
]
