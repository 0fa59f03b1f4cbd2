// Runs on the Node that the machine already has (20 or newer), before anything is installed: no dependencies here.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { firstOnPath } from './executables.mjs'

const libraries = '/usr/lib'

/** @returns {string | undefined} the bare browser that comes with the library */
function findMiniBrowser() {
  if (!existsSync(libraries)) return undefined
  const folders = [libraries, ...readdirSync(libraries).map((name) => join(libraries, name))]
  return ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']
    .flatMap((library) => folders.map((folder) => join(folder, library, 'MiniBrowser')))
    .find((path) => existsSync(path))
}

/**
 * Finds what drives WebKitGTK without a screen: its WebDriver, its bare browser, and a display in memory.
 *
 * @returns {{ driver: string, browser: string, display: string } | undefined} the executables, or undefined where one lacks
 */
export function findWebKit() {
  if (process.platform !== 'linux') return undefined
  const driver = firstOnPath(['WebKitWebDriver'])
  const browser = findMiniBrowser()
  const display = firstOnPath(['Xvfb'])
  if (driver === undefined || browser === undefined || display === undefined) return undefined
  return { driver, browser, display }
}
