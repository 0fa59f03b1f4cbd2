import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runOrThrow } from '../../scripts/support/run.ts'
import { launchChromium, openPage } from '../kit/chromium.ts'
import { type ConsumerNetwork, packedPackage, startConsumerNetwork } from '../packaging/environments.ts'

const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }

describe('a Next application without any configuration', () => {
  let project = ''
  let network: ConsumerNetwork

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'lampara-next-'))
    await cp(join(import.meta.dirname, 'next'), project, { recursive: true })
    await cp(join(import.meta.dirname, '../packaging/consumer/network.js'), join(project, 'network.mjs'))
    await writeFile(join(project, 'package.json'), '{ "name": "wallet", "private": true }\n')
    const packages = ['next@16', 'react@19', 'react-dom@19', await packedPackage()]
    await runOrThrow('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], { cwd: project })
    network = await startConsumerNetwork(project, 'network.mjs')
  })

  afterAll(async () => {
    await network?.stop()
    await rm(project, { recursive: true, force: true })
  })

  it.each(['--turbopack', '--webpack'])(
    'builds with %s, and verifies heads on the server and in the page',
    async (bundler) => {
      const next = join(project, 'node_modules/next/dist/bin/next')
      await runOrThrow(process.execPath, [next, 'build', bundler], { cwd: project, env })
      const server = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
        cwd: project,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const browser = await launchChromium()
      try {
        const url = await addressOf(server.stdout)
        const answer = await fetch(`${url}/head?join=${encodeURIComponent(network.join)}`)
        expect(((await answer.json()) as { slot: number }).slot).toBeGreaterThan(0)
        const { page, errors } = await openPage(browser)
        await page.goto(`${url}/#${encodeURIComponent(network.join)}`)
        expect(await page.textContent('h1')).toBe('mainnet')
        await page.getByText(/^slot \d+$/).waitFor({ timeout: 45_000 })
        // The application has no icon.
        expect(errors.filter((error) => !error.includes('/favicon.ico'))).toEqual([])
      } finally {
        await browser.close()
        const ended = once(server, 'exit')
        server.kill()
        await ended
      }
    },
  )
})

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /Local:\s+(http:\S+)/.exec(line)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('Next ended without telling its address')
}
