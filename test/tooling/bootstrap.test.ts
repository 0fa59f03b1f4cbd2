import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url))

const needed = ['bootstrap.mjs', 'executables.mjs', 'find-chromium.mjs', 'find-firefox.mjs', 'find-webkit.mjs']

// Notes how it was called, and installs what the lockfile names; or fails as it was told to.
const npmStandIn = `
const { copyFileSync, appendFileSync, mkdirSync } = require('node:fs')
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
if (process.env.NPM_FAILS) process.exit(1)
mkdirSync('node_modules', { recursive: true })
copyFileSync('package-lock.json', 'node_modules/.package-lock.json')
`

let checkout = ''

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'lampara-fresh-'))
  mkdirSync(join(checkout, 'scripts'))
  for (const name of needed) copyFileSync(join(scripts, name), join(checkout, 'scripts', name))
  writeFileSync(join(checkout, 'npm.js'), npmStandIn)
  lock({ 'node_modules/a': { version: '1.0.0' } })
})
afterEach(() => rmSync(checkout, { recursive: true }))

function lock(packages: Record<string, object>): void {
  writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }))
}

function bootstrap(env: Record<string, string> = {}, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/bootstrap.mjs', ...args], {
    cwd: checkout,
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: join(checkout, 'npm.js'), npm_node_execpath: process.execPath, ...env },
  })
  return { status, stdout, stderr }
}

function npmCalls(): number {
  try {
    return readFileSync(join(checkout, 'npm-calls'), 'utf8').trim().split('\n').length
  } catch {
    return 0
  }
}

describe('the step before npm start and npm test', () => {
  it('installs the dependencies of a fresh clone, once', () => {
    expect(bootstrap()).toMatchObject({ status: 0, stdout: '' })
    expect(npmCalls()).toBe(1)
    expect(readFileSync(join(checkout, 'npm-calls'), 'utf8')).toMatch(/^ci /)
    expect(bootstrap()).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(npmCalls()).toBe(1)
  })

  it('installs again when the lockfile asks for other versions, or for more', () => {
    bootstrap()
    lock({ 'node_modules/a': { version: '1.0.1' } })
    bootstrap()
    expect(npmCalls()).toBe(2)
    lock({ 'node_modules/a': { version: '1.0.1' }, 'node_modules/b': { version: '2.0.0' } })
    bootstrap()
    expect(npmCalls()).toBe(3)
  })

  it('misses no package that is for another platform', () => {
    bootstrap()
    lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } })
    bootstrap()
    expect(npmCalls()).toBe(1)
  })

  it('says what failed when npm does, and goes no further', () => {
    const { status, stderr } = bootstrap({ NPM_FAILS: '1' })
    expect(status).toBe(1)
    expect(stderr).toContain('Cannot install dependencies: `npm ci` failed')
  })

  it('says so when CHROMIUM_PATH names no browser', () => {
    const { status, stderr } = bootstrap({ CHROMIUM_PATH: '/nowhere/chromium' }, '--chromium')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^lampara: CHROMIUM_PATH names "\/nowhere\/chromium", which does not run as a browser$/m)
  })
})
