// Runs on the Node that the machine already has (20 or newer), before anything is installed: no dependencies here.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The places on the PATH where one of the names may lie.
 *
 * @param {readonly string[]} names
 * @returns {string[]}
 */
export function onPath(names) {
  return (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
}

/**
 * A distribution may put a stub in a browser's place, and a downloaded one may lack shared libraries; only one that
 * tells its version can be used.
 *
 * @param {string} path
 */
export function answers(path) {
  try {
    return execFileSync(path, ['--version'], { timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }).length > 0
  } catch {
    return false
  }
}

/**
 * What an environment variable names instead of anything that is found.
 *
 * @param {string} variable
 * @returns {string | undefined} its value, undefined where it is not set
 * @throws when it names something that does not run
 */
export function namedBrowser(variable) {
  const named = process.env[variable]
  if (named === undefined || named === '') return undefined
  if (answers(named)) return named
  throw new Error(`${variable} names "${named}", which does not run as a browser`)
}

/** @param {readonly string[]} names */
export function firstOnPath(names) {
  return onPath(names).find((path) => existsSync(path))
}

/**
 * A daemon's program, on the PATH or where Debian has those that only root runs.
 *
 * @param {string} name
 */
export function findDaemon(name) {
  return firstOnPath([name]) ?? [`/usr/sbin/${name}`, `/sbin/${name}`].find((path) => existsSync(path))
}
