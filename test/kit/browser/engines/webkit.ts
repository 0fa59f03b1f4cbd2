import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { findWebKit } from '../../../../scripts/find-webkit.mjs'
import { type EngineBrowser, type EnginePage, expressionOf } from './engine.ts'
import { startSession, untilReady, type WebDriverSession } from './webdriver.ts'

const START_TIMEOUT_MS = 30_000
const SCRIPT_TIMEOUT_MS = 120_000
/** The window is as wide as its bar of buttons, at least: narrower pages go in a frame. */
const NARROWEST = 480

/**
 * Starts WebKitGTK's bare browser on a display in memory. WebDriver tells nothing of the console: only pages that carry
 * `note-errors.ts` have errors to tell.
 *
 * @throws when the machine lacks a part of it
 */
export async function launchWebKit(): Promise<EngineBrowser> {
  const found = findWebKit()
  if (found === undefined) throw new Error('No WebKit found: `npm run test:browsers` installs it on Debian')
  const screen = await startDisplay(found.display)
  const port = await freePort()
  const driver = spawn(found.driver, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: screen.name,
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // There is no desktop to report what is accessible.
      NO_AT_BRIDGE: '1',
    },
  })
  const end = async (): Promise<void> => {
    await endProcess(driver)
    await endProcess(screen.process)
  }
  try {
    const url = `http://127.0.0.1:${port}`
    await untilReady(url, AbortSignal.timeout(START_TIMEOUT_MS))
    const session = await startSession(url, {
      timeouts: { script: SCRIPT_TIMEOUT_MS },
      'webkitgtk:browserOptions': { binary: found.browser, args: ['--automation'] },
    })
    return {
      version: `WebKitGTK ${session.capabilities.browserVersion}`,
      async open(address, size) {
        if (size !== undefined) await session.resize(Math.max(size.width, NARROWEST), size.height)
        if (size === undefined || size.width >= NARROWEST) await session.goTo(address)
        else await openInFrame(session, address, size)
        return pageOf(session)
      },
      async close() {
        await session.end().finally(end)
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

function pageOf(session: WebDriverSession): EnginePage {
  return {
    evaluate: async (run, given) => JSON.parse(await session.evaluate(expressionOf(run, given))),
    errors: async () => JSON.parse(await session.evaluate('JSON.stringify(globalThis.notedErrors)')),
    screenshot: () => session.screenshot(),
    close: () => session.goTo('about:blank'),
  }
}

async function openInFrame(
  session: WebDriverSession,
  url: string,
  { width, height }: { width: number; height: number },
) {
  // A page of the same origin around it: what a frame may do depends on who holds it.
  await session.goTo(new URL('/frame', url).href)
  const showFrame = (given: { readonly url: string; readonly width: number; readonly height: number }) =>
    new Promise<void>((resolve) => {
      const frame = document.createElement('iframe')
      frame.style.cssText = `border: 0; width: ${given.width}px; height: ${given.height}px`
      frame.src = given.url
      frame.onload = () => resolve()
      document.body.style.margin = '0'
      document.body.append(frame)
    })
  await session.evaluate(expressionOf(showFrame, { url, width, height }))
  await session.enterFrame()
}

/** A display in memory, which picks its own number. */
async function startDisplay(path: string): Promise<{ readonly name: string; readonly process: ChildProcess }> {
  const child = spawn(path, ['-displayfd', '3', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = child.stdio[3] as Readable
  const ended = once(child, 'exit').then(() => {
    throw new Error('Cannot start a display: Xvfb ended')
  })
  let text = ''
  const told = (async () => {
    for await (const part of number) {
      text += String(part)
      if (text.includes('\n')) return
    }
  })()
  await Promise.race([told, ended])
  // From here on its end is ours.
  ended.catch(() => {})
  return { name: `:${text.trim()}`, process: child }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill()
  await exit
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}
