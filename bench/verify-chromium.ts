import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleForBrowser } from '../scripts/support/bundle.ts'
import { root } from '../scripts/support/package.ts'
import { lightClientForkOf, lightClientJsonEntries, lightClientKindOfJson } from '../src/ssz/index.ts'
import { launchChromium, openPage } from '../test/support/chromium.ts'
import { fixtures } from '../test/support/fixtures.ts'
import { startStaticServer } from '../test/support/static-server.ts'
import type { ColdPeriodInput } from './support/cold-period-page.ts'
import { median, type Report } from './support/figure.ts'

const folder = 'colibri-electra-1600-1602'
const samples = 41

declare global {
  var measureColdPeriod: typeof import('./support/cold-period-page.ts').measureColdPeriod
}

/** A committee met for the first time, from its bootstrap to the first verified update, against one plain check by noble. */
export async function run(report: Report): Promise<void> {
  const input = recorded()
  const source = JSON.stringify(join(root, 'bench/support/cold-period-page.ts'))
  const script = `import { measureColdPeriod } from ${source}\nglobalThis.measureColdPeriod = measureColdPeriod`
  const chunks = await bundleForBrowser(script)
  const pages = Object.fromEntries(chunks.map(({ file, code }) => [`/${file}`, code]))
  const entry = chunks.find((chunk) => chunk.entry)?.file
  const html = `<!doctype html><script type="module" src="/${entry}"></script>`
  const server = await startStaticServer(tmpdir(), { pages: { ...pages, '/': html } })
  const browser = await launchChromium()
  try {
    const { page, errors } = await openPage(browser)
    await page.goto(server.url, { waitUntil: 'load' })
    if (errors.length > 0) throw new Error(`Cannot load the page: ${errors.join('; ')}`)
    await page.evaluate((given) => globalThis.measureColdPeriod(given), { ...input, samples: 3 })
    const { verify, cold } = await page.evaluate((given) => globalThis.measureColdPeriod(given), { ...input, samples })
    const one = median(verify)
    const figure = { better: 'lower', samples } as const
    report({
      name: 'chromium/cold-period',
      value: median(cold) / one,
      unit: '× one noble verify',
      goal: 2.5,
      ...figure,
    })
    report({ name: 'chromium/noble-verify', value: one, unit: 'ms', ...figure })
  } finally {
    await browser.close()
    await server.stop()
  }
}

function recorded(): Omit<ColdPeriodInput, 'samples'> {
  const entries = fixtures
    .list('light-client-api', folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => lightClientJsonEntries(fixtures.json('light-client-api', folder, file)))
  const bootstrap = entries.find(({ data }) => lightClientKindOfJson(data) === 'bootstrap')
  const update = entries.find(({ data }) => lightClientKindOfJson(data) === 'update')
  if (bootstrap === undefined || update === undefined) throw new Error('Cannot find the recorded objects')
  const fork = lightClientForkOf(update.version as Parameters<typeof lightClientForkOf>[0])
  return { fork, bootstrap: bootstrap.data, update: update.data }
}
