import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { launchChromium, openPage } from '../kit/chromium.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** `npm start`, without what npm does before it. */
function start(...args: string[]) {
  const child = spawn(process.execPath, ['scripts/enter.mjs', 'scripts/start.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  let said = ''
  const listeners = new Set<() => void>()
  const hear = (text: string) => {
    said += text
    for (const listener of listeners) listener()
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    ended,
    said: () => said,
    /** Resolves with the match once it was said; rejects when the program ends before. */
    until: (pattern: RegExp): Promise<RegExpExecArray> => {
      const heard = new Promise<RegExpExecArray>((resolve) => {
        const look = () => {
          const match = pattern.exec(said)
          if (match !== null) resolve(match)
        }
        listeners.add(look)
        look()
      })
      const tooSoon = ended.then((code) => {
        throw new Error(`It ended with ${code} and said:\n${said}`)
      })
      return Promise.race([heard, tooSoon])
    },
  }
}

test('npm start serves a page that finds its chain by itself, Ctrl-C ends all of it with 0, and the open tab finds the next one', async () => {
  const { child, ended, until } = start()
  const [, url = ''] = await until(/Lampara +(http:\/\/127\.0\.0\.1:\d+\/)/)
  const [, join = ''] = await until(/bootnode +(http:\S+)/)
  const browser = await launchChromium()
  try {
    const { page, errors } = await openPage(browser)
    await page.goto(url)
    await page.getByRole('heading', { name: 'Following', exact: true }).waitFor({ timeout: 45_000 })
    // Its own connection to the devnet, through the bootnode.
    await page.getByText('tunnelled').waitFor({ timeout: 45_000 })
    expect(errors).toEqual([])
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
    await expect(fetch(join)).rejects.toThrow()
    await page.getByRole('heading', { name: 'Not connected', exact: true }).waitFor({ timeout: 45_000 })
    // A new chain, a bootnode of another identity, on another port.
    await start('--no-build', '--port', new URL(url).port).until(/Lampara +http/)
    await page.getByRole('heading', { name: 'Following', exact: true }).waitFor({ timeout: 45_000 })
  } finally {
    await browser.close()
  }
})

test('npm start says how to follow on a machine without a browser', async () => {
  const { child, ended, until } = start()
  const [, command = ''] = await until(/npm (run lampara -- follow --join \S+)/)
  const npm = spawn('npm', [...command.split(' '), '--heads', '1'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  npm.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  expect(await once(npm, 'close')).toEqual([0, null])
  expect(printed).toMatch(/slot \d+.*signed/)
  child.kill('SIGINT')
  expect(await ended).toBe(0)
})

test('npm start says in words that the port is taken, and leaves nothing running', async () => {
  const occupant = createServer().listen(0, '127.0.0.1')
  await once(occupant, 'listening')
  const { port } = occupant.address() as { port: number }
  const { ended, said } = start('--port', String(port))
  expect(await ended).toBe(1)
  expect(said()).toMatch(new RegExp(`lampara: Cannot serve the page: .*${port}`))
  occupant.close()
})

test.each([
  [['--port', '99999'], /--port 99999 is no port/],
  [['--prot', '4000'], /--prot/],
])('npm start %j is refused in words', async (args, words) => {
  const { ended, said } = start(...args)
  expect(await ended).toBe(1)
  expect(said()).toMatch(words)
})
