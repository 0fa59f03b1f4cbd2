import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPackage, installTarball, packPackage } from '../../scripts/support/package.ts'
import { runOrThrow } from '../../scripts/support/run.ts'
import { launchChromium, openPage } from '../kit/chromium.ts'
import { startStaticServer } from '../kit/static-server.ts'
import { bundlers } from './bundlers.ts'

declare global {
  var firstHead: Promise<{ readonly kind: string; readonly slot: number; readonly root: string }>
}

/** What the consumer's `network.js` tells once it runs. */
interface ConsumerNetwork {
  readonly join: string
  readonly peers: readonly string[]
}

describe('the packed tarball, installed in an empty project', () => {
  let project = ''
  let network: ChildProcess
  let addresses: ConsumerNetwork
  let browser: Browser

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'lampara-consumer-'))
    await installTarball(await tarball(), project)
    await cp(join(import.meta.dirname, 'consumer'), project, { recursive: true })
    network = spawn(process.execPath, ['network.js'], { cwd: project, stdio: ['pipe', 'pipe', 'inherit'] })
    addresses = await firstLine(network)
    browser = await launchChromium()
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    if (network?.exitCode === null) {
      const ended = once(network, 'exit')
      network.stdin?.end()
      await ended
    }
    await rm(project, { recursive: true, force: true })
  })

  it('verifies a head in Node, from a devnet and a bootnode of its own', async () => {
    const output = await runOrThrow(process.execPath, ['wallet-node.js', addresses.join], { cwd: project })
    const { network: name, refused, head } = JSON.parse(output)
    expect({ name, refused }).toEqual({ name: 'mainnet', refused: 'bootnodes_unreachable' })
    expect(head.slot).toBeGreaterThan(0)
  })

  it.each(Object.keys(bundlers))(
    'builds with %s into a page that verifies a head, without a console error',
    async (name) => {
      const folder = join(project, 'built', name)
      const script = await bundlers[name]?.(project, folder)
      const html = `<!doctype html><title>${name}</title><script type="module" src="/${script}"></script>`
      const server = await startStaticServer(folder, { pages: { '/': html } })
      try {
        const { page, errors } = await openPage(browser)
        await page.goto(`${server.url}/#${encodeURIComponent(addresses.join)}`)
        await page.waitForFunction(() => globalThis.firstHead !== undefined || undefined, undefined, {
          timeout: 30_000,
        })
        const head = await page.evaluate(() => globalThis.firstHead)
        expect(head.slot).toBeGreaterThan(0)
        expect(head.root).toMatch(/^0x[0-9a-f]{64}$/)
        expect(errors).toEqual([])
        await page.close()
      } finally {
        await server.stop()
      }
    },
    180_000,
  )

  it('puts the command line into node_modules/.bin', async () => {
    const lampara = join(project, 'node_modules/.bin/lampara')
    expect(await runOrThrow(lampara, ['--help'], { cwd: project })).toContain('Usage: lampara COMMAND')
  })
})

/** What `npm test` has packed already, else a new one. */
async function tarball(): Promise<string> {
  if (process.env.LAMPARA_TARBALL) return process.env.LAMPARA_TARBALL
  await buildPackage()
  return packPackage()
}

async function firstLine(child: ChildProcess): Promise<ConsumerNetwork> {
  if (child.stdout === null) throw new Error('The network has no output')
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as ConsumerNetwork
  throw new Error('The network ended without telling its addresses')
}
