import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of recorded data, shared beside the checkout unless LAMPARA_FIXTURES says where. */
const root = resolve(
  process.env.LAMPARA_FIXTURES ?? fileURLToPath(new URL('../../../shared/fixtures', import.meta.url)),
)
const available = existsSync(join(root, 'SOURCES.md'))

// A run that skips everything silently would pass: where the folder is due, its absence is a failure.
if (!available && (process.env.CI || process.env.LAMPARA_FIXTURES)) {
  throw new Error(`Cannot find the fixtures at ${root}: set LAMPARA_FIXTURES to their folder`)
}

/**
 * Recorded data. Suites that need it begin with `describe.skipIf(!fixtures.available)`.
 *
 * Paths are relative to the folder of fixtures, with forward slashes.
 */
export const fixtures = {
  available,
  root,
  /** The absolute path of a file or folder. */
  path: (...parts: string[]): string => join(root, ...parts),
  exists: (...parts: string[]): boolean => existsSync(join(root, ...parts)),
  bytes: (...parts: string[]): Uint8Array => new Uint8Array(readFileSync(join(root, ...parts))),
  text: (...parts: string[]): string => readFileSync(join(root, ...parts), 'utf8'),
  json: (...parts: string[]): unknown => JSON.parse(readFileSync(join(root, ...parts), 'utf8')),
  /** The names inside a folder, sorted. */
  list: (...parts: string[]): string[] => readdirSync(join(root, ...parts)).sort(),
  /** Every file below a folder, sorted, as paths relative to the folder of fixtures. */
  walk(folder: string, suffix = ''): string[] {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .sort()
  },
}
