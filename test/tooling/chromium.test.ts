import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { launchChromium, openPage } from '../kit/chromium.ts'
import { startStaticServer } from '../kit/static-server.ts'

const folder = await mkdtemp(join(tmpdir(), 'lampara-page-'))
afterAll(() => rm(folder, { recursive: true }))

it('a page served from a folder runs in a real Chromium, and what goes wrong on it is noted', async () => {
  await writeFile(join(folder, 'good.js'), 'document.title = "lit"')
  await writeFile(join(folder, 'bad.js'), 'console.error("dark"); throw new Error("out")')
  const script = (name: string) => `<!doctype html><script type="module" src="/${name}"></script>`
  const server = await startStaticServer(folder, {
    pages: { '/good': script('good.js'), '/bad': script('bad.js'), '/missing': script('missing.js') },
  })
  const browser = await launchChromium()
  try {
    const good = await openPage(browser)
    await good.page.goto(`${server.url}/good`)
    await good.page.waitForFunction('document.title === "lit"')
    expect(good.errors).toEqual([])

    const bad = await openPage(browser)
    await bad.page.goto(`${server.url}/bad`, { waitUntil: 'networkidle' })
    expect(bad.errors.join('\n')).toMatch(/console: dark.*uncaught: Error: out/s)

    const missing = await openPage(browser)
    await missing.page.goto(`${server.url}/missing`, { waitUntil: 'networkidle' })
    expect(missing.errors.join('\n')).toMatch(/404/)
  } finally {
    await browser.close()
    await server.stop()
  }
})

it('the static server gives nothing outside its folder', async () => {
  const server = await startStaticServer(join(folder, 'inner'))
  try {
    await writeFile(join(folder, 'secret.txt'), 'secret')
    expect((await fetch(`${server.url}/..%2fsecret.txt`)).status).toBe(404)
    expect((await fetch(`${server.url}/%zz`)).status).toBe(404)
  } finally {
    await server.stop()
  }
})
