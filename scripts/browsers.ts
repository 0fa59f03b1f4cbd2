// `npm run test:browsers [-- ENGINE…]`: every test of pages, in full, one engine after the other. `npm test` runs
// those of Chromium among all others.
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const TESTS_TIMEOUT_MS = 900_000

/** Where each engine's tests lie. An engine that joins them brings its launcher in `test/support` and its installation in `bootstrap.mjs`. */
const engines: Readonly<Record<string, readonly string[]>> = {
  chromium: ['test/browser/', 'test/platform/browser.test.ts', 'test/tooling/chromium.test.ts'],
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(engines, name))
if (unknown.length > 0) {
  console.log(`There is no engine ${unknown.join(', ')}. There are: ${Object.keys(engines).join(', ')}`)
  process.exitCode = 2
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(engines)) {
    console.log(`\n${name}`)
    const { status } = await run('vitest', ['run', ...engines[name]!], {
      cwd: root,
      show: true,
      timeoutMs: TESTS_TIMEOUT_MS,
    })
    if (status !== 0) process.exitCode = 1
  }
}
