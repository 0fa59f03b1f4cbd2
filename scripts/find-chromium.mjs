// Runs on the Node that the machine already has (20 or newer), before anything is installed: no dependencies here.
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { answers, namedBrowser, onPath } from './executables.mjs'

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

/**
 * Finds a Chromium that runs: `CHROMIUM_PATH`, the usual places, the PATH, then Playwright's downloads.
 *
 * @returns {string | undefined} its executable, or undefined where there is none
 * @throws when `CHROMIUM_PATH` names something that does not run
 */
export function findChromium() {
  const named = namedBrowser('CHROMIUM_PATH')
  if (named !== undefined) return named
  // On Windows, `chrome --version` opens a window instead of answering.
  const runs = process.platform === 'win32' ? existsSync : answers
  return [...wellKnown, ...onPath(names), ...playwrightCandidates()].find((path) => existsSync(path) && runs(path))
}
