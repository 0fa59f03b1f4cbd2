import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/support/package.ts'

const folders = ['.', 'docs', 'deploy', 'examples']
const pages: string[] = []
for (const folder of folders) {
  const names = await readdir(join(root, folder)).catch(() => [])
  pages.push(...names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name)))
}

test.each(pages)('%s has no marks of an unfinished merge', async (page) => {
  const text = await readFile(join(root, page), 'utf8')
  expect(text.match(/^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?$/gm)).toBeNull()
})

test.each(pages)('%s links to files that exist', async (page) => {
  const text = await readFile(join(root, page), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, link]) => String(link))
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([])
})
