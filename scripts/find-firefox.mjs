// Runs on the Node that the machine already has (20 or newer), before anything is installed: no dependencies here.
import { existsSync } from 'node:fs'
import { answers, namedBrowser, onPath } from './executables.mjs'

const wellKnown = ['/usr/bin/firefox-esr', '/Applications/Firefox.app/Contents/MacOS/firefox']

/**
 * Finds a Firefox that runs: `FIREFOX_PATH`, the usual places, then the PATH.
 *
 * @returns {string | undefined} its executable, or undefined where there is none
 * @throws when `FIREFOX_PATH` names something that does not run
 */
export function findFirefox() {
  const candidates = [...wellKnown, ...onPath(['firefox-esr', 'firefox'])]
  return namedBrowser('FIREFOX_PATH') ?? candidates.find((path) => existsSync(path) && answers(path))
}
