import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { bundleForBrowser } from '../scripts/support/bundle.ts'
import { root } from '../scripts/support/package.ts'
import { mainnet } from '../src/chain/index.ts'
import { type LightClientObject, lightClientObjectToJson } from '../src/ssz/index.ts'
import { launchChromium, openPage } from '../test/kit/chromium.ts'
import { startStaticServer } from '../test/kit/static-server.ts'
import { readFolder } from '../test/kit/verification/folders.ts'
import type { ColdPeriodInput, RecordedObject } from './support/cold-period-page.ts'
import { median, type Report } from './support/figure.ts'

const warmUp = 5
const samples = 41

declare global {
  var measureColdPeriod: typeof import('./support/cold-period-page.ts').measureColdPeriod
}

/** A committee met for the first time, up to the first update that it signed, against one plain check by noble. */
export async function run(report: Report): Promise<void> {
  const figure = { better: 'lower', samples } as const
  const unit = '× one noble verify'
  await onPage(async (page) => {
    // Almost everyone signed, as it is with the best update of a period; from the bootstrap on.
    const full = await measure(page, recorded('colibri-electra-1600-1602'))
    report({ name: 'chromium/cold-period', value: median(full.cold) / median(full.verify), unit, goal: 2.5, ...figure })
    // 41 were absent, as it may be with any one slot.
    const sparse = await measure(page, recorded('nimbus-capella-800-820', 6_730_912))
    const ratio = median(sparse.cold) / median(sparse.verify)
    report({ name: 'chromium/cold-period-41-absent', value: ratio, unit, goal: 2.5, ...figure })
    report({ name: 'chromium/noble-verify', value: median(full.verify), unit: 'ms', ...figure })
  })
}

async function measure(page: Page, input: Omit<ColdPeriodInput, 'rounds'>) {
  const times = await page.evaluate((given) => globalThis.measureColdPeriod(given), {
    ...input,
    rounds: warmUp + samples,
  })
  return { cold: times.cold.slice(warmUp), verify: times.verify.slice(warmUp) }
}

async function onPage(use: (page: Page) => Promise<void>): Promise<void> {
  const source = JSON.stringify(join(root, 'bench/support/cold-period-page.ts'))
  const script = `import { measureColdPeriod } from ${source}\nglobalThis.measureColdPeriod = measureColdPeriod`
  const chunks = await bundleForBrowser(script)
  const pages = Object.fromEntries(chunks.map(({ file, code }) => [`/${file}`, code]))
  const html = `<!doctype html><script type="module" src="/${chunks.find(({ entry }) => entry)?.file}"></script>`
  const server = await startStaticServer(tmpdir(), { pages: { ...pages, '/': html } })
  const browser = await launchChromium()
  try {
    const { page, errors } = await openPage(browser)
    await page.goto(server.url, { waitUntil: 'load' })
    if (errors.length > 0) throw new Error(`Cannot load the page: ${errors.join('; ')}`)
    await use(page)
  } finally {
    await browser.close()
    await server.stop()
  }
}

/** A recorded folder up to an attested slot, or up to its first update. */
function recorded(name: string, attestedSlot?: number): Omit<ColdPeriodInput, 'rounds'> {
  const { bootstraps, updates, expected } = readFolder(name)
  const bootstrap = bootstraps.get(expected[0]?.checkpoint ?? '0x') ?? [...bootstraps.values()][0]
  const position = updates.findIndex(
    ({ value }) => attestedSlot === undefined || value.attestedHeader.beacon.slot === attestedSlot,
  )
  const update = updates[position]
  if (bootstrap === undefined || update === undefined) throw new Error(`Cannot find the recorded objects of ${name}`)
  return {
    bootstrap: asRecorded(bootstrap),
    before: updates.slice(0, position).map(asRecorded),
    update: asRecorded(update),
  }
}

function asRecorded(object: LightClientObject): RecordedObject {
  return { kind: object.kind, fork: object.fork, data: lightClientObjectToJson(mainnet, object) }
}
