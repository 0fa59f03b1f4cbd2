import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { launchForTests } from '../kit/browser/launched.ts'
import { openPage } from '../kit/chromium.ts'
import { selfSigned } from '../kit/self-signed.ts'

const launched = launchForTests()

test('a page joins over HTTPS and follows over a WebSocket with TLS, both of which the bootnode serves', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-tls-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  const { cert, key } = selfSigned()
  await Promise.all([writeFile(tls.cert, cert), writeFile(tls.key, key)])
  const devnet = await createDevnet({ slotDurationMs: 400, startSlot: 36 })
  onTestFinished(devnet.stop)
  const bootnode = await createBootnode({
    chain: devnet.chain,
    upstream: devnet.addresses,
    checkpoint: devnet.checkpoint(),
    clock: devnet.clock,
    tls,
  })
  onTestFinished(bootnode.stop)
  await bootnode.ready({ signal: AbortSignal.timeout(45_000) })

  // Nobody signed the certificate but itself.
  const { page, errors } = await openPage(launched.browser, { ignoreHTTPSErrors: true })
  await page.goto(launched.pages.harness)
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
})
