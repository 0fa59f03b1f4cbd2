// Runs on the Node that the machine already has (20 or newer), before anything is installed: no dependencies here.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

const wellKnown = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The executables inside one unpacked build of Playwright's, by platform and age of the layout. */
const playwrightExecutables = [
  'chrome-linux64/chrome',
  'chrome-linux/chrome',
  'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  'chrome-win64/chrome.exe',
  'chrome-win/chrome.exe',
]

/** @returns {string} where Playwright keeps the browsers that it downloaded */
function playwrightCache() {
  const named = process.env.PLAYWRIGHT_BROWSERS_PATH
  if (named !== undefined && named !== '' && named !== '0') return named
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ms-playwright')
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright')
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ms-playwright')
}

/** @returns {string[]} */
function playwrightCandidates() {
  const cache = playwrightCache()
  if (!existsSync(cache)) return []
  const builds = readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)))
  return builds.flatMap((build) => playwrightExecutables.map((path) => join(cache, build, path)))
}

/** @returns {string[]} */
function onPath() {
  return (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
}

/**
 * A distribution may put a stub in a browser's place, and a downloaded one may lack shared libraries; only one that
 * tells its version can be used.
 *
 * @param {string} path
 */
function answers(path) {
  try {
    return execFileSync(path, ['--version'], { timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }).length > 0
  } catch {
    return false
  }
}

/**
 * Finds a Chromium that runs: `CHROMIUM_PATH`, the usual places, the PATH, then Playwright's downloads.
 *
 * @returns {string | undefined} its executable, or undefined where there is none
 * @throws when `CHROMIUM_PATH` names something that does not run
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && named !== '') {
    if (answers(named)) return named
    throw new Error(`CHROMIUM_PATH names "${named}", which does not run as a browser`)
  }
  // On Windows, `chrome --version` opens a window instead of answering.
  const runs = process.platform === 'win32' ? existsSync : answers
  return [...wellKnown, ...onPath(), ...playwrightCandidates()].find((path) => existsSync(path) && runs(path))
}
