import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { launchChromium, openPage } from '../support/chromium.ts'
import { selfSigned } from '../support/self-signed.ts'
import { type Pages, servePages } from './support/pages.ts'

let browser: Browser
let pages: Pages
const endings: (() => Promise<void>)[] = []

beforeAll(async () => {
  ;[browser, pages] = await Promise.all([launchChromium(), servePages()])
})
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})
afterAll(async () => {
  await browser?.close()
  await pages?.stop()
})

test('a page joins over HTTPS and follows over a WebSocket with TLS, both of which the bootnode serves', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-tls-'))
  endings.push(() => rm(folder, { recursive: true, force: true }))
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const { cert, key } = selfSigned()
  await Promise.all([writeFile(tls.cert, cert), writeFile(tls.key, key)])
  const devnet = await createDevnet({ slotDurationMs: 400, startSlot: 36 })
  endings.push(devnet.stop)
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    clock: devnet.clock,
    tls,
  })
  endings.push(bootnode.stop)
  await bootnode.ready({ signal: AbortSignal.timeout(30_000) })

  // Nobody signed the certificate but itself.
  const { page, errors } = await openPage(browser, { ignoreHTTPSErrors: true })
  await page.goto(pages.harness)
  const { slot } = devnet.head()
  const summary = await page.evaluate((given) => globalThis.lamparaHarness.follow(given), {
    join: bootnode.url,
    goal: { optimisticSlot: slot + 6, finalizedSlot: 0 },
    timeoutMs: 40_000,
  })
  expect(bootnode.url).toMatch(/^https:/)
  expect(summary.peers).toEqual([expect.stringContaining('/tls/ws/p2p/')])
  expect(summary.optimistic.slot).toBeGreaterThanOrEqual(slot + 6)
  expect(errors).toEqual([])
  await page.close()
}, 90_000)
