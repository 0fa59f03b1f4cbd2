import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { VERSION } from '../../src/network/node/version.ts'

it('the version that peers are told is that of the package', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  expect(VERSION).toBe(JSON.parse(text).version)
})
