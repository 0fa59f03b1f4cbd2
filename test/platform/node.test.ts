import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nobleBls } from '../../src/platform/noble-bls.ts'
import { platform } from '../../src/platform/node/index.ts'
import type { Platform } from '../../src/platform/platform.ts'
import { platformConformance } from './conformance.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lampara-platform-'))
})
afterAll(() => rm(directory, { recursive: true }))

const inDirectory: Platform = {
  ...platform,
  openStorage: (namespace) => platform.openStorage(namespace, { directory }),
}

describe('the Node platform', () => {
  it.each(platformConformance)('$name', ({ run }) => run(inDirectory))

  it('removes what a process that was killed was writing, and nothing else', async () => {
    const folder = join(directory, 'killed')
    await mkdir(folder)
    const left = 'head.0b0cbd5e-7e5f-4a53-9a4b-0e3c9a6d5f11.tmp'
    for (const name of [left, 'head', 'notes.tmp']) await writeFile(join(folder, name), 'x')
    const storage = await inDirectory.openStorage('killed')
    const names = await readdir(folder)
    await storage.close()
    expect(names).not.toContain(left)
    expect(names).toEqual(expect.arrayContaining(['head', 'notes.tmp']))
  })

  it('runs on blst where its add-on is installed', async () => {
    expect((await platform.loadBls()).implementation).toBe('blst')
  })

  it('dials QUIC, plain TCP and WebSocket, each by one transport', async () => {
    const transports = await platform.transports()
    for (const address of [
      '/ip4/192.0.2.1/udp/9000/quic-v1',
      '/ip4/192.0.2.1/tcp/9000',
      '/ip6/2001:db8::1/tcp/9000',
      '/dns4/node.example/tcp/80/ws',
    ]) {
      expect(
        transports.filter(({ canDial }) => canDial(address)),
        address,
      ).toHaveLength(1)
    }
  })
})

describe('the Node platform without native add-ons', () => {
  const fallback: Platform = { ...inDirectory, loadBls: async () => nobleBls }
  it.each(platformConformance.filter(({ name }) => /BLS/i.test(name)))('$name', ({ run }) => run(fallback))
})

describe('storage in files', () => {
  it('is readable by its owner alone, since it holds the private key', async () => {
    const storage = await platform.openStorage('private', { directory })
    await storage.set('identity', Uint8Array.of(1))
    expect((await stat(join(directory, 'private', 'identity'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(directory, 'private'))).mode & 0o777).toBe(0o700)
  })

  it('leaves no temporary file behind, whether a write succeeds or fails', async () => {
    const storage = await platform.openStorage('tidy', { directory })
    await storage.set('key', Uint8Array.of(1))
    await mkdir(join(directory, 'tidy', 'blocked', 'child'), { recursive: true })
    await expect(storage.set('blocked', Uint8Array.of(1))).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect((await readdir(join(directory, 'tidy'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('fails with storage_unavailable, naming the key, when the folder is gone', async () => {
    const storage = await platform.openStorage('gone', { directory })
    await rm(join(directory, 'gone'), { recursive: true })
    await expect(storage.set('head', Uint8Array.of(1))).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('"head"'),
    })
  })

  it('fails with storage_unavailable when its place is a file', async () => {
    await writeFile(join(directory, 'file'), '')
    await expect(platform.openStorage('any', { directory: join(directory, 'file') })).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('makes the folders above its own, for two that are opened there at the same time', async () => {
    const deep = join(directory, 'a', 'b', 'c')
    const open = (name: string) => platform.openStorage(name, { directory: deep })
    const [one, other] = await Promise.all(['deep', 'deeper'].map(open))
    await one!.set('key', Uint8Array.of(1))
    expect(await other!.get('key')).toBeUndefined()
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o700)
  })

  it.runIf(process.platform === 'linux')(
    'fails with storage_unavailable where a folder takes none and says that it is not there',
    async () => {
      await expect(platform.openStorage('any', { directory: '/proc/lampara' })).rejects.toMatchObject({
        code: 'storage_unavailable',
      })
    },
  )

  it('refuses a key too long for a file name', async () => {
    const storage = await platform.openStorage('long', { directory })
    await expect(storage.get('k'.repeat(201))).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
