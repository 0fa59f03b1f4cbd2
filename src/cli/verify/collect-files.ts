import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A file to read. */
export interface FoundFile {
  /** As it was given, or the folder as it was given and the file's name. */
  readonly path: string
  /** It was named itself; what a folder happens to hold may be unrelated. */
  readonly named: boolean
}

/** The files named, and those directly in the folders named, in the order of their names. What does not exist stays in. */
export async function collectFiles(paths: readonly string[]): Promise<FoundFile[]> {
  const found = await Promise.all(paths.map(filesAt))
  return found.flat()
}

async function filesAt(path: string): Promise<FoundFile[]> {
  // Whatever is wrong with a path is told when it is read as a file.
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return [{ path, named: true }]
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => ({ path: join(path, entry.name), named: false }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
