// What `npm start` and `npm test` do first, on a machine with nothing but Node 20 and npm: install what is missing.
// Dependency-free, since it runs before there are dependencies; on stderr, since what follows may print for machines.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findDaemon } from './executables.mjs'
import { findChromium } from './find-chromium.mjs'
import { findFirefox } from './find-firefox.mjs'
import { findWebKit } from './find-webkit.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const oldestNode = 20
const toolingNode = 24

/** @param {string} words */
const say = (words) => process.stderr.write(`lampara: ${words}\n`)

/**
 * @param {string} words
 * @returns {never}
 */
function giveUp(words) {
  say(words)
  process.exit(1)
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function run(command, args, env = {}) {
  const shell = process.platform === 'win32'
  const result = spawnSync(command, args, {
    cwd: root,
    shell,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
  })
  return result.status === 0
}

// The Node that runs npm, not the one in node_modules, which installing removes while it is at work.
const ownNode = process.env.npm_node_execpath ?? process.execPath

/** @param {readonly string[]} args */
function npm(...args) {
  return npmOn(ownNode, ...args)
}

/**
 * @param {string} node
 * @param {readonly string[]} args
 */
function npmOn(node, ...args) {
  const { npm_execpath: cli } = process.env
  return cli?.endsWith('.js') ? run(node, [cli, ...args]) : run('npm', args)
}

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }} Locked
 * @param {string} file
 * @returns {Record<string, Locked> | undefined}
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** True when npm's own record of what it installed has all that the lockfile names; it is written when all is done. */
function installed() {
  const wanted = lockedPackages('package-lock.json')
  const present = lockedPackages('node_modules/.package-lock.json')
  if (wanted === undefined) giveUp('Cannot read package-lock.json: the checkout is incomplete')
  if (present === undefined) return false
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || present[path]?.version === version || ((optional || devOptional) && present[path] === undefined),
  )
}

/** @returns {number} major version of the Node that npm scripts will find, 0 where it does not answer */
function scriptNode() {
  const local = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const { stdout } = spawnSync(existsSync(local) ? local : process.execPath, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0)
}

/**
 * The Node to install with. npm leaves out optional packages that want a newer Node than the one it runs on, those for QUIC
 * among them: an older one installs a newer one first, and that one the rest.
 */
function installingNode() {
  if (Number(process.versions.node.split('.')[0]) >= toolingNode) return ownNode
  const folder = join(root, '.cache/node')
  const binary = join(folder, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) {
    const version = lockedPackages('package-lock.json')?.['node_modules/node']?.version ?? `${toolingNode}`
    mkdirSync(folder, { recursive: true })
    const manifest = { private: true, dependencies: { node: version }, allowScripts: { node: true } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    say(`Installing Node ${toolingNode} to install with…`)
    npm('install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false')
  }
  return existsSync(binary) ? binary : ownNode
}

function installDependencies() {
  if (installed()) return
  const node = installingNode()
  say('Installing dependencies (npm ci)…')
  if (!npmOn(node, 'ci', '--no-audit', '--no-fund', '--loglevel=error'))
    giveUp('Cannot install dependencies: `npm ci` failed, its words are above')
}

function installNode() {
  if (scriptNode() >= toolingNode) return
  // The package fetches its binary in an install script, which npm may have been told not to run.
  say(`Installing Node ${toolingNode} beside the dependencies…`)
  npm('rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts')
  if (scriptNode() < toolingNode) {
    giveUp(
      `Cannot install Node ${toolingNode}: allow the install script of the package "node", or run Node ${toolingNode} yourself`,
    )
  }
}

/** @param {() => unknown} find */
function isThere(find) {
  try {
    return find() !== undefined
  } catch (error) {
    giveUp(error instanceof Error ? error.message : String(error))
  }
}

/**
 * Asks apt-get, where this is Debian and we may.
 *
 * @param {string} name
 * @param {readonly string[]} packages
 */
function installFromDebian(name, packages) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return
  say(`Installing ${name} (apt-get)…`)
  const quietly = { DEBIAN_FRONTEND: 'noninteractive' }
  if (run('apt-get', ['update'], quietly)) run('apt-get', ['install', '-y', ...packages], quietly)
}

function installChromium() {
  const chromiumIsThere = () => isThere(findChromium)
  if (chromiumIsThere()) return
  installFromDebian('Chromium', ['chromium'])
  if (chromiumIsThere()) return
  say('Installing Chromium (Playwright)…')
  run(process.execPath, ['node_modules/playwright-core/cli.js', 'install', 'chromium'])
  if (findChromium() === undefined) {
    giveUp(
      'Cannot install Chromium: install one yourself, then name its executable in CHROMIUM_PATH if it is not found',
    )
  }
}

/** Without it, Debian starts a daemon as it installs it. */
const policy = '/usr/sbin/policy-rc.d'

/** What the examples in deploy/ are run with. What cannot be installed is told: those tests are skipped, or fail with `CI` set. */
function installOperations() {
  const programs = [
    { name: 'promtool', file: 'prometheus' },
    { name: 'haproxy', file: 'haproxy' },
    { name: 'nginx', file: 'nginx-light' },
  ]
  const missing = programs.filter(({ name }) => findDaemon(name) === undefined)
  if (missing.length === 0) return
  const holds = process.getuid?.() === 0 && existsSync('/etc/debian_version') && !existsSync(policy)
  if (holds) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    installFromDebian('Prometheus, HAProxy and nginx', ['--no-install-recommends', ...missing.map(({ file }) => file)])
  } finally {
    if (holds) rmSync(policy)
  }
  for (const { name, file } of missing) {
    if (findDaemon(name) === undefined)
      say(`There is no ${name}: install Debian's package ${file}, or leave its tests out`)
  }
}

/** The engines beside Chromium. What cannot be installed is told; whether that matters is for who wants to run them. */
function installOtherEngines() {
  const engines = [
    {
      name: 'Firefox',
      find: findFirefox,
      packages: ['firefox-esr'],
      yourself: 'install it, or name it in FIREFOX_PATH',
    },
    {
      name: 'WebKit',
      find: findWebKit,
      packages: ['webkit2gtk-driver', 'xvfb'],
      yourself: 'install WebKitWebDriver, MiniBrowser (both of WebKitGTK, on Linux alone) and Xvfb',
    },
  ]
  for (const { name, find, packages, yourself } of engines) {
    if (isThere(find)) continue
    installFromDebian(name, packages)
    if (!isThere(find)) say(`There is no ${name}: ${yourself}`)
  }
}

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  giveUp(`Node ${oldestNode} or newer is needed to begin with; this is ${process.version}`)
}
installDependencies()
installNode()
if (process.argv.includes('--chromium') || process.argv.includes('--browsers')) installChromium()
if (process.argv.includes('--browsers')) installOtherEngines()
if (process.argv.includes('--operations')) installOperations()
