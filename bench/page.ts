import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { bundleForBrowser } from '../scripts/support/bundle.ts'
import { root } from '../scripts/support/package.ts'
import { createBootnode } from '../src/bootnode/index.ts'
import { createDevnet } from '../src/devnet/index.ts'
import { launchChromium, openPage } from '../test/kit/chromium.ts'
import { startStaticServer } from '../test/kit/static-server.ts'
import { median, type Report } from './support/figure.ts'
import type { FirstHeadTimes } from './support/first-head-page.ts'

const samples = 11

declare global {
  var firstHeadTimes: Promise<FirstHeadTimes>
  var readyAt: Promise<number>
}

/**
 * From navigation to the first verified head, in a fresh profile of Chromium: committees as large as mainnet's, loopback. The same for
 * a page that is loaded again and goes on from what it stored.
 */
export async function run(report: Report): Promise<void> {
  const stack: (() => Promise<void>)[] = []
  try {
    const devnet = await createDevnet({ preset: 'mainnet', slotDurationMs: 4000, forks: { fulu: 0 } })
    stack.push(() => devnet.stop())
    const { chain, addresses: upstream, clock } = devnet
    const bootnode = await createBootnode({ chain, upstream, checkpoint: devnet.checkpoint(), clock })
    stack.push(() => bootnode.stop())
    await bootnode.client.ready()
    const server = await servePage(bootnode.url)
    stack.push(server.stop)
    const browser = await launchChromium()
    stack.push(() => browser.close())

    const times: FirstHeadTimes[] = []
    const resumed: number[] = []
    // The first one warms the disk's cache and the servers, and is not counted.
    for (let sample = 0; sample <= samples; sample++) {
      const { page, errors } = await openPage(browser)
      await page.goto(server.url)
      const measured = await page.evaluate(() => globalThis.firstHeadTimes)
      await page.goto(`${server.url}/resumed`)
      await page.evaluate(() => globalThis.readyAt)
      await page.reload()
      const readyAt = await page.evaluate(() => globalThis.readyAt)
      if (errors.length > 0) throw new Error(`The page went wrong: ${errors.join('; ')}`)
      await page.close()
      if (sample === 0) continue
      times.push(measured)
      resumed.push(readyAt)
    }
    const figure = { unit: 'ms', better: 'lower', samples } as const
    const parts = ['load', 'connect', 'bootstrap', 'sync', 'verify'] as const
    const whole = times.map((time) => parts.reduce((sum, part) => sum + time[part], 0))
    report({ name: 'page/first-verified-head', value: median(whole), ...figure })
    for (const part of parts)
      report({ name: `page/${part}`, value: median(times.map((time) => time[part])), ...figure })
    report({ name: 'page/first-head-resumed', value: median(resumed), ...figure })
    const ratios = resumed.map((readyAt, sample) => readyAt / whole[sample]!)
    report({ name: 'page/first-head-resumed-to-fresh', value: median(ratios), ...figure, unit: '×' })
  } finally {
    for (const end of stack.reverse()) await end()
  }
}

async function servePage(joinUrl: string) {
  const source = JSON.stringify(joinPath(root, 'bench/support/first-head-page.ts'))
  const join = JSON.stringify(joinUrl)
  const scripts = {
    '/': `import { measureFirstHead } from ${source}\nglobalThis.firstHeadTimes = measureFirstHead(${join})`,
    '/resumed': `import { measureWithStorage } from ${source}\nglobalThis.readyAt = measureWithStorage(${join})`,
  }
  const pages: Record<string, string> = {}
  for (const [path, script] of Object.entries(scripts)) {
    const chunks = await bundleForBrowser(script)
    for (const { file, code } of chunks) pages[`/${file}`] = code
    const entry = chunks.find((chunk) => chunk.entry)?.file
    pages[path] = `<!doctype html><script type="module" src="/${entry}"></script>`
  }
  return startStaticServer(tmpdir(), { pages })
}
