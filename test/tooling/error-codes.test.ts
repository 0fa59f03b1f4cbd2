import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorPage, readCodes } from '../../scripts/support/error-page.ts'
import { root } from '../../scripts/support/package.ts'
import { errorCodes } from '../../src/errors/index.ts'

const groups = readCodes(await readFile(join(root, 'src/errors/codes.ts'), 'utf8'))
const documented = groups.flatMap(({ codes }) => codes)

test('each error code has a meaning and says what to do', () => {
  expect(documented.map(({ code }) => code)).toEqual(errorCodes)
  const thin = documented.filter(
    ({ meaning, advice }) => !/^[A-Z].{20,}\.$/.test(meaning) || !/^[A-Z].+\.$/.test(advice),
  )
  expect(thin).toEqual([])
})

test('docs/errors.md is what src/errors/codes.ts says', async () => {
  expect(await readFile(join(root, 'docs/errors.md'), 'utf8')).toBe(errorPage(groups))
})

test('no error code is listed that nothing throws', async () => {
  const files = await readdir(join(root, 'src'), { recursive: true })
  const sources = await Promise.all(
    files
      .filter((path) => path.endsWith('.ts') && !path.startsWith('errors/'))
      .map((path) => readFile(join(root, 'src', path), 'utf8')),
  )
  const elsewhere = await readFile(join(root, 'src/errors/load-code.ts'), 'utf8')
  const code = [...sources, elsewhere].join('\n')
  expect(errorCodes.filter((name) => !code.includes(`'${name}'`))).toEqual([])
})
