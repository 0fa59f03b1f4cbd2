import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { hoodi, mainnet } from '../../src/chain/index.ts'
import { openStorage } from '../../src/network/index.ts'

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lampara-storage-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

it('storage of one chain, genesis and name outlives who opened it, and no other sees it', async () => {
  const directory = await temporary()
  const first = await openStorage(mainnet, { directory })
  await first.set('verified', Uint8Array.of(1, 2, 3))
  await first.close()
  const second = await openStorage(mainnet, { directory })
  onTestFinished(() => second.close())
  expect(await second.get('verified')).toEqual(Uint8Array.of(1, 2, 3))
  const others = [
    openStorage(hoodi, { directory }),
    openStorage({ ...mainnet, genesisTimeMs: 0 }, { directory }),
    openStorage(mainnet, { directory, name: 'another' }),
  ]
  for (const other of others) expect(await (await other).get('verified')).toBeUndefined()
})

it('storage of a chain with any name has a folder of its own below the directory', async () => {
  const directory = await temporary()
  await openStorage({ ...mainnet, name: '../../of a long and strange name' }, { directory })
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^light-client-[\w-]+$/)])
})

it('storage with a name that is not one is refused', async () => {
  const directory = await temporary()
  for (const name of ['../up', 'a b', 'a'.repeat(60)]) {
    await expect(openStorage(mainnet, { directory, name })).rejects.toMatchObject({ code: 'invalid_argument' })
  }
})

it('storage that is open already is refused by storage_in_use, and is free again once it is closed', async () => {
  const directory = await temporary()
  const first = await openStorage(mainnet, { directory })
  await expect(openStorage(mainnet, { directory })).rejects.toMatchObject({
    code: 'storage_in_use',
    message: expect.stringContaining(`process ${process.pid}`),
  })
  await first.close()
  const second = await openStorage(mainnet, { directory })
  await second.close()
})

it('storage that is optional goes on in memory where there is none, and says why', async () => {
  const directory = await temporary()
  const first = await openStorage(mainnet, { directory })
  const second = await openStorage(mainnet, { directory, optional: true })
  expect(first.unavailable).toBeUndefined()
  expect(second.unavailable?.code).toBe('storage_in_use')
  await second.set('verified', Uint8Array.of(2))
  expect(await second.get('verified')).toEqual(Uint8Array.of(2))
  expect(await first.get('verified')).toBeUndefined()
  await first.close()
  const nowhere = await openStorage(mainnet, { directory: '/proc/lampara', optional: true })
  expect(nowhere.unavailable?.code).toBe('storage_unavailable')
  await expect(openStorage(mainnet, { directory, name: '../up', optional: true })).rejects.toMatchObject({
    code: 'invalid_argument',
  })
})
