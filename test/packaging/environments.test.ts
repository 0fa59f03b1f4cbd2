import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import webpack from 'webpack'
import { findChromium } from '../../scripts/find-chromium.mjs'
import { installTarball } from '../../scripts/support/package.ts'
import { runOrThrow } from '../../scripts/support/run.ts'
import { launchChromium, openPage } from '../kit/chromium.ts'
import { startStaticServer } from '../kit/static-server.ts'
import { bundleLines, type ConsumerNetwork, packedPackage, startConsumerNetwork, strictPolicy } from './environments.ts'

interface Outcome {
  readonly slot?: number
  readonly code?: string
  readonly message?: string
}

declare global {
  var start: (join: string) => Promise<Outcome>
}

/** A wallet's lines that never throw: the head's slot, or the error's code and message. */
const lines = `
  import { firstHead } from './wallet.js'
  globalThis.start = (join) => firstHead(join).then(
    ({ slot }) => ({ slot }),
    ({ code, message }) => ({ code, message }),
  )`

describe('the packed tarball, where the environment is strict', () => {
  let project = ''
  let network: ConsumerNetwork
  let browser: Browser

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'lampara-environments-'))
    await installTarball(await packedPackage(), project)
    await cp(join(import.meta.dirname, 'consumer'), project, { recursive: true })
    network = await startConsumerNetwork(project)
    browser = await launchChromium()
  }, 240_000)

  afterAll(async () => {
    await browser?.close()
    await network?.stop()
    await rm(project, { recursive: true, force: true })
  })

  /** Serves a bundle with a page that loads it under a policy. */
  async function serve(folder: string, script: string, policy = strictPolicy) {
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`
    const html = `<!doctype html>${meta}<title>wallet</title><script type="module" src="/${script}"></script>`
    return startStaticServer(folder, { pages: { '/': html } })
  }

  it('leaves nothing of itself in a bundle that uses one small export: an import has no side effects', async () => {
    const folder = join(project, 'built/one-export')
    const oneExport = `import { LamparaError } from 'lampara'\nglobalThis.made = new LamparaError('internal', '')`
    const script = await bundleLines(project, folder, { name: 'page', lines: oneExport })
    expect((await stat(join(folder, script))).size).toBeLessThan(3_000)
  })

  it('has every page that its README links to', async () => {
    const folder = join(project, 'node_modules/lampara')
    const readme = await readFile(join(folder, 'README.md'), 'utf8')
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(5)
    const missing = await Promise.all(links.map(async (path) => ((await exists(join(folder, path))) ? [] : [path])))
    expect(missing.flat()).toEqual([])
  })

  it.each([
    { name: 'one file', splitting: false },
    { name: 'code-split', splitting: true },
  ])(
    'verifies a head in a page whose policy forbids WebAssembly ($name)',
    async ({ name, splitting }) => {
      const folder = join(project, 'built', name)
      const script = await bundleLines(project, folder, { name: 'page', lines, splitting })
      const server = await serve(folder, script)
      const { page, errors } = await openPage(browser)
      try {
        await page.goto(server.url)
        const forbidden = await page.evaluate(() => {
          try {
            return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) === undefined
          } catch {
            return true
          }
        })
        expect(forbidden).toBe(true)
        const outcome = await page.evaluate((join) => globalThis.start(join), network.join)
        expect(outcome.slot, outcome.message).toBeGreaterThan(0)
        // The browser itself reports each attempt to compile WebAssembly.
        expect(errors.filter((error) => !/WebAssembly|wasm/.test(error))).toEqual([])
      } finally {
        await page.close()
        await server.stop()
      }
    },
    90_000,
  )

  it('says `code_unavailable` when a part of the bundle cannot be loaded, and loads it at the next try', async () => {
    const folder = join(project, 'built/chunks')
    const script = await bundleLines(project, folder, { name: 'page', lines, splitting: true })
    const chunk = await chunkNamed(folder, 'noble-bls')
    const server = await serve(folder, script)
    const { page } = await openPage(browser)
    try {
      await page.route(`**/${chunk}`, (route) => route.abort(), { times: 1 })
      await page.goto(server.url)
      const first = await page.evaluate((join) => globalThis.start(join), network.join)
      expect(first.code, first.message).toBe('code_unavailable')
      expect(first.message).toContain('Cannot load the BLS code')
      const second = await page.evaluate((join) => globalThis.start(join), network.join)
      expect(second.slot, second.message).toBeGreaterThan(0)
    } finally {
      await page.close()
      await server.stop()
    }
  })

  it.each([
    { name: 'verifies a head', splitting: false },
    { name: 'says `runtime_unsupported` and what to do', splitting: true },
  ])(
    '$name in a service worker (code splitting: $splitting)',
    async ({ splitting }) => {
      const folder = join(project, 'built', `service-worker-${splitting}`)
      const workerLines = `${lines}
      addEventListener('install', () => skipWaiting())
      addEventListener('activate', (event) => event.waitUntil(clients.claim()))
      addEventListener('message', (event) => {
        event.waitUntil(globalThis.start(event.data).then((outcome) => event.ports[0].postMessage(outcome)))
      })`
      await bundleLines(project, folder, { name: 'worker', lines: workerLines, splitting })
      const server = await startStaticServer(folder, { pages: { '/': '<!doctype html><title>wallet</title>' } })
      const { page } = await openPage(browser)
      try {
        await page.goto(server.url)
        const outcome = await page.evaluate(async (join): Promise<Outcome> => {
          await navigator.serviceWorker.register('/worker.js', { type: 'module' })
          const { active } = await navigator.serviceWorker.ready
          const { port1, port2 } = new MessageChannel()
          const answer = new Promise<Outcome>((resolve) => {
            port1.onmessage = ({ data }) => resolve(data)
          })
          active?.postMessage(join, [port2])
          return answer
        }, network.join)
        if (splitting) {
          expect(outcome.code, outcome.message).toBe('runtime_unsupported')
          expect(outcome.message).toContain('without code splitting')
        } else {
          expect(outcome.slot, outcome.message).toBeGreaterThan(0)
        }
      } finally {
        await page.close()
        await server.stop()
      }
    },
    90_000,
  )

  it('verifies a head in a Manifest V3 extension with the default policy', async () => {
    const folder = join(project, 'built/extension')
    await bundleLines(project, folder, { name: 'background', lines })
    const manifest = {
      manifest_version: 3,
      name: 'wallet',
      version: '1.0',
      background: { service_worker: 'background.js', type: 'module' },
      host_permissions: ['http://127.0.0.1/*'],
    }
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
    const profile = await mkdtemp(join(tmpdir(), 'lampara-profile-'))
    const context = await withExtension(profile, folder)
    try {
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker', { timeout: 45_000 }))
      const outcome = await worker.evaluate((join) => globalThis.start(join), network.join)
      expect(outcome.slot, outcome.message).toBeGreaterThan(0)
    } finally {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    }
  })

  it('is bundled for a server by webpack, native add-ons included, and verifies a head there', async () => {
    const folder = join(project, 'built/server')
    await mkdir(folder, { recursive: true })
    await bundleForServer(project, folder)
    const output = await runOrThrow(process.execPath, [join(folder, 'server.cjs'), network.join], { cwd: project })
    expect(JSON.parse(output).head.slot).toBeGreaterThan(0)
  })
})

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function chunkNamed(folder: string, part: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(part) && name.endsWith('.js'))
  expect(names).toHaveLength(1)
  return names[0]!
}

async function withExtension(profile: string, folder: string): Promise<BrowserContext> {
  const executablePath = findChromium()
  return chromium.launchPersistentContext(profile, {
    ...(executablePath !== undefined && { executablePath }),
    headless: false,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      `--disable-extensions-except=${folder}`,
      `--load-extension=${folder}`,
    ],
  })
}

/** As frameworks bundle their servers' code: no dependency left out, Node's own modules apart. */
async function bundleForServer(project: string, folder: string): Promise<void> {
  const compiler = webpack({
    mode: 'production',
    target: 'node',
    context: project,
    entry: './wallet-node.js',
    output: { path: folder, filename: 'server.cjs' },
    optimization: { minimize: false },
  })
  if (compiler === null) throw new Error('webpack gave no compiler')
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    compiler.run((error, result) => (error === null ? resolve(result) : reject(error)))
  })
  await new Promise<void>((resolve) => compiler.close(() => resolve()))
  if (stats === undefined || stats.hasErrors()) throw new Error(stats?.toString({ all: false, errors: true }))
}
