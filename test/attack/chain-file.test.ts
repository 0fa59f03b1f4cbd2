import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readChainOption } from '../../src/cli/options/chain-option.ts'

async function fileOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-chain-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'config.yaml')
  await writeFile(file, text)
  return file
}

describe('a configuration file of a chain', () => {
  it.each([
    ['very long keys', Array.from({ length: 2_000 }, (_, index) => `${index}${'k'.repeat(900)}: 1`).join('\n')],
    ['very many keys', Array.from({ length: 100_000 }, (_, index) => `KEY_${index}: 1`).join('\n')],
    ['one endless value', `NAME: ${'v'.repeat(10_000_000)}`],
  ])('that has %s is refused before it is parsed', async (_, text) => {
    await expect(readChainOption('verify', { chain: await fileOf(text) })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('more than 65536 bytes'),
    })
  })

  it('that never ends is refused', async () => {
    await expect(readChainOption('verify', { chain: '/dev/zero' })).rejects.toMatchObject({
      message: expect.stringContaining('more than 65536 bytes'),
    })
  })

  it('whose lists are nested too deeply is refused in words', async () => {
    await expect(readChainOption('verify', { chain: await fileOf('['.repeat(5_000)) })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})
