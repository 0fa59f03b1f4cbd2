import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collectTests } from './collect-tests.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const collected = new Map<string, readonly string[]>()

/** The names of a file's tests, read once; none where there is no such file. */
export function testsIn(file: string): readonly string[] {
  let names = collected.get(file)
  if (names === undefined) {
    const path = join(root, file)
    names = existsSync(path) ? collectTests(readFileSync(path, 'utf8')) : []
    collected.set(file, names)
  }
  return names
}
