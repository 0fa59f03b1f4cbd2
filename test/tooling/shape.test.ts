import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/support/package.ts'

/** The most files that a folder of `src` may have. */
const MAX_FILES = 15
/** Idioms that are gone from code and documents, and must not come back. Plain words: again, failed, reported, close, available. */
const idioms = /\b(anew|in vain|told of|tells? of|hears? of|let go of|at hand|to be had|part(?:s|ed)? from)\b/i

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

const sources = await filesUnder('src')

test('no folder of src has more than fifteen files', () => {
  const counts = new Map<string, number>()
  for (const path of sources) {
    const folder = path.slice(root.length, path.lastIndexOf('/'))
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([])
})

test('code and documents use none of the idioms that were replaced', async () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(root, name))
  const docs = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md'))
  const found: string[] = []
  for (const path of [...sources, ...pages, ...docs.map((name) => join(root, 'docs', name))]) {
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      const idiom = idioms.exec(line)
      if (idiom !== null) found.push(`${path.slice(root.length)}: ${idiom[0]}`)
    }
  }
  expect(found).toEqual([])
})
