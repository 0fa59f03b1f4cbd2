import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { scenes } from '../../../browser/gallery/scenes.ts'
import { expectMoving, recordRoots, startChain } from '../chain.ts'
import { type Pages, servePages } from '../pages.ts'
import { screens, screenshotPath } from '../screenshots.ts'
import type { EngineBrowser, EnginePage } from './engine.ts'

/** An engine beside Chromium. */
export interface Engine {
  readonly name: string
  readonly installed: boolean
  launch(): Promise<EngineBrowser>
  /** Of the devnet that its pages follow: what BLS can keep up with. @default 400 */
  readonly slotDurationMs?: number
  /** Its driver does not report errors, so that the pages have to. @default false */
  readonly pagesNoteErrors?: boolean
}

/** `npm run test:browsers` asks for all of it; `npm test` for a sample, where the engine is installed. */
const full = process.env.LAMPARA_BROWSERS === 'full'

/** Runs the tests of pages in an engine. */
export function testEngine({ name, installed, launch, slotDurationMs = 400, pagesNoteErrors = false }: Engine): void {
  describe.skipIf(!installed && !full)(`a page in ${name}`, () => {
    let browser: EngineBrowser
    let pages: Pages

    beforeAll(async () => {
      ;[browser, pages] = await Promise.all([launch(), servePages({ noteErrors: pagesNoteErrors })])
    })
    afterAll(async () => {
      await browser?.close()
      await pages?.stop()
    })

    async function open(...[url, size]: Parameters<EngineBrowser['open']>): Promise<EnginePage> {
      const page = await browser.open(url, size)
      onTestFinished(() => page.close())
      return page
    }

    test('follows from bootstrap to moving heads, leaves nothing open when stopped, and follows again', async () => {
      const { devnet, bootnode, door, address } = await startChain({ slotDurationMs, startSlot: 44 })
      const roots = recordRoots(devnet.events())
      const page = await open(pages.harness)
      const follow = (optimisticSlot: number, finalizedSlot: number) =>
        page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
          join: bootnode.url,
          bootnodes: [address],
          goal: { optimisticSlot, finalizedSlot },
          untilFollowing: true,
          timeoutMs: 100_000,
        })
      const first = await follow(devnet.head().slot + 12, 40)
      // A network that is quick has somebody before anyone can look.
      expect(first.states.find((state) => state !== 'connecting')).toBe('bootstrapping')
      expect(first.states).toContain('following')
      expect(first.peers).toEqual([address])
      expectMoving(first.heads, roots)
      await expect.poll(() => door.live, { timeout: 45_000 }).toBe(0)

      const second = await follow(first.optimistic.slot + 3, first.finalized.slot)
      expect(second.optimistic.slot).toBeGreaterThan(first.optimistic.slot)
      await expect.poll(() => door.live, { timeout: 45_000 }).toBe(0)
      expect(await page.errors()).toEqual([])
    }, 150_000)

    test('shows moving heads in the demo until its button stops it', async () => {
      const { bootnode } = await startChain({ slotDurationMs, startSlot: 44 })
      const page = await open(`${pages.demo}?join=${bootnode.url}`, screens['laptop-light'].viewport)
      const first = await shownBeyond(page, { optimistic: 0, finalized: 0 })
      const second = await shownBeyond(page, { optimistic: first.optimistic + 3, finalized: first.finalized })
      expect(second.optimistic).toBeGreaterThan(second.finalized)
      await picture(page, `${name}-live-laptop-light`)
      expect(bootnode.downstream.peers.length).toBe(1)
      const title = await page.evaluate(async () => {
        document.querySelector<HTMLElement>('[data-testid=action]')?.click()
        while (document.querySelector('#status-title')?.textContent !== 'Stopped')
          await new Promise(requestAnimationFrame)
        return document.title
      }, undefined)
      expect(title).toBe('Stopped · Lampara')
      await expect.poll(() => bootnode.downstream.peers.length, { timeout: 45_000 }).toBe(0)
      expect(await page.errors()).toEqual([])
    }, 120_000)

    test.runIf(full)(
      'follows across a fork, a blob-parameter fork and a committee period',
      async () => {
        const { devnet, bootnode, address } = await startChain({
          slotDurationMs,
          startSlot: 44,
          forks: { electra: 0, fulu: 7 },
          blobSchedule: [{ epoch: 9, maxBlobsPerBlock: 15 }],
          missedSlots: 0.05,
        })
        const roots = recordRoots(devnet.events())
        const page = await open(pages.harness)
        const { states, heads } = await page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
          join: bootnode.url,
          bootnodes: [address],
          goal: { optimisticSlot: 90, finalizedSlot: 72 },
          timeoutMs: 100_000,
        })
        expect(states).not.toContain('disconnected')
        expectMoving(heads, roots)
        for (const kind of ['optimistic', 'finalized']) {
          const forks = new Set(heads.filter((head) => head.kind === kind).map(({ fork }) => fork))
          expect(forks, kind).toEqual(new Set(['electra', 'fulu']))
        }
        expect(await page.errors()).toEqual([])
      },
      150_000,
    )

    test.runIf(full)(
      'follows in a worker',
      async () => {
        const { devnet, bootnode, address } = await startChain({ slotDurationMs, startSlot: 44 })
        const roots = recordRoots(devnet.events())
        const page = await open(pages.worker)
        const { heads } = await page.evaluate((options) => globalThis.lamparaHarness.follow(options), {
          join: bootnode.url,
          bootnodes: [address],
          goal: { optimisticSlot: devnet.head().slot + 12, finalizedSlot: 40 },
          timeoutMs: 100_000,
        })
        expectMoving(heads, roots)
        expect(await page.errors()).toEqual([])
      },
      150_000,
    )

    test.runIf(full)(
      'has all that the browser platform promises',
      async () => {
        const page = await open(pages.harness)
        const results = await page.evaluate(() => globalThis.lamparaHarness.conformance(), undefined)
        expect(results.filter(({ failure }) => failure !== undefined)).toEqual([])
        expect(results.length).toBeGreaterThan(10)
        expect(await page.errors()).toEqual([])
      },
      60_000,
    )

    test('tells what goes wrong on it, so that its silence means something', async () => {
      const page = await open(pages.harness)
      expect(await page.errors()).toEqual([])
      await page.evaluate(() => {
        console.error('dark')
        setTimeout(() => {
          throw new Error('out')
        })
        void Promise.reject(new Error('unheard'))
        const image = document.createElement('img')
        image.src = '/missing.png'
        document.body.append(image)
      }, undefined)
      const patterns = [/^console: dark/, /^uncaught: .*out/, /^uncaught: .*unheard/, /^request: .*missing\.png/]
      await expect
        .poll(async () => {
          const errors = await page.errors()
          return patterns.filter((pattern) => !errors.some((error) => pattern.test(error)))
        })
        .toEqual([])
    })

    test.each(['laptop-light', 'phone-light'] as const)(
      'fits a %s',
      async (screen) => {
        for (const scene of full ? Object.keys(scenes) : ['following']) {
          const page = await browser.open(`${pages.gallery}?scene=${scene}`, screens[screen].viewport)
          const overflow = await page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement
            return scrollWidth - clientWidth
          }, undefined)
          await picture(page, `${name}-${scene}-${screen}`)
          expect(overflow, scene).toBe(0)
          expect(await page.errors()).toEqual([])
          await page.close()
        }
      },
      120_000,
    )
  })
}

/** Resolves when the demo shows heads of both kinds beyond the slots given. @returns what it shows */
function shownBeyond(page: EnginePage, slots: Readonly<Record<'optimistic' | 'finalized', number>>) {
  return page.evaluate(async (before) => {
    const shown = (kind: string) =>
      Number(document.querySelector(`[data-testid=${kind}-slot]`)?.textContent?.replaceAll(',', '') ?? '')
    const isBeyond = (kind: 'optimistic' | 'finalized') => shown(kind) > before[kind]
    const endMs = performance.now() + 30_000
    while (!isBeyond('optimistic') || !isBeyond('finalized')) {
      if (performance.now() > endMs) throw new Error(document.body.textContent)
      await new Promise(requestAnimationFrame)
    }
    return { optimistic: shown('optimistic'), finalized: shown('finalized') }
  }, slots)
}

async function picture(page: EnginePage, name: string): Promise<void> {
  await writeFile(await screenshotPath(name), await page.screenshot())
}
