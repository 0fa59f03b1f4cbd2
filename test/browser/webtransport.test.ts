import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, openPage } from '../support/chromium.ts'
import { findDeno, startWebTransportPeer, type WebTransportPeer } from '../support/webtransport-peer/start.ts'
import { type ScenarioAddresses, scenarios } from '../transports/scenario/scenarios.ts'
import { type Pages, servePages } from './support/pages.ts'

const STRANGER = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

const deno = findDeno()
if (deno === undefined && process.env.CI !== undefined) {
  throw new Error('No peer listens for WebTransport here: the npm package `deno` has no program for this machine')
}

describe.skipIf(deno === undefined)(
  'WebTransport from a page to a peer in Deno (skipped where npm has no Deno)',
  () => {
    const hole = createSocket('udp4')
    let browser: Browser
    let pages: Pages
    let peer: WebTransportPeer
    let page: Page
    let errors: readonly string[]
    let addresses: ScenarioAddresses

    beforeAll(async () => {
      ;[browser, pages, peer] = await Promise.all([launchChromium(), servePages(), startWebTransportPeer(deno ?? '')])
      hole.bind(0, '127.0.0.1')
      await once(hole, 'listening')
      const { address } = peer
      addresses = {
        address,
        silent: address.replace(/\/udp\/\d+\//, `/udp/${hole.address().port}/`),
        stranger: STRANGER,
      }
      ;({ page, errors } = await openPage(browser))
      await page.goto(pages.harness)
    })
    afterAll(async () => {
      await browser?.close()
      await pages?.stop()
      await peer?.kill()
      hole.close()
    })

    test.each(scenarios.map(({ name }) => name))('%s', async (name) => {
      await page.evaluate(([scenario, where]) => globalThis.lamparaHarness.transport('webtransport', scenario, where), [
        name,
        addresses,
      ] as const)
      await expect.poll(() => peer.connections(), { timeout: 5_000 }).toBe(0)
    })

    test('leaves the console clean, but for the browser’s own word on the dial to nobody', () => {
      const nobody = `https://127.0.0.1:${hole.address().port}/`
      expect(errors.filter((error) => !error.includes(nobody))).toEqual([])
    })
  },
)
