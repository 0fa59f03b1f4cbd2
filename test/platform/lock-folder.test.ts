import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lockFolder } from '../../src/platform/node/storage/lock-folder.ts'

const ownModule = join(import.meta.dirname, '../../src/platform/node/storage/lock-folder.ts')

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'lampara-lock-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** A process that holds the folder until it is killed. */
async function holder(folder: string) {
  const script = `import { lockFolder } from ${JSON.stringify(ownModule)}
    await lockFolder(${JSON.stringify(folder)}, 'held')
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

async function changeOwner(folder: string, change: object): Promise<void> {
  const path = join(folder, '.lock')
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }))
}

describe('the lock of a folder', () => {
  it('is refused while another process holds it, naming that process', async () => {
    const folder = await temporary()
    const child = await holder(folder)
    await expect(lockFolder(folder, 'held')).rejects.toMatchObject({
      code: 'storage_in_use',
      message: expect.stringContaining(`process ${child.pid}`),
    })
  })

  it('is refused while the process that holds it is stopped', async () => {
    const folder = await temporary()
    const child = await holder(folder)
    child.kill('SIGSTOP')
    await expect(lockFolder(folder, 'held')).rejects.toMatchObject({ code: 'storage_in_use' })
  })

  it('is taken over from a process that was killed', async () => {
    const folder = await temporary()
    const child = await holder(folder)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await lockFolder(folder, 'held')
    await lock.release()
    expect(await readdir(folder)).toEqual([])
  })

  it.runIf(process.platform === 'linux')('is taken over when its process id belongs to a later process', async () => {
    const folder = await temporary()
    const before = await lockFolder(folder, 'held')
    await changeOwner(folder, { birth: '1', token: 'earlier-process' })
    const lock = await lockFolder(folder, 'held')
    await before.release()
    expect(await readdir(folder)).toEqual(['.lock'])
    await lock.release()
  })

  it('is refused to another container or machine while the owner touches it, whatever the process ids', async () => {
    const folder = await temporary()
    const lock = await lockFolder(folder, 'held')
    onTestFinished(() => lock.release())
    await changeOwner(folder, { scope: 'another machine' })
    await expect(lockFolder(folder, 'held')).rejects.toMatchObject({ code: 'storage_in_use' })
  })

  it('is taken over from another container or machine, and when damaged, once nobody touches it', async () => {
    const ofAnother = JSON.stringify({ token: 'x', pid: 1, host: 'gone', scope: 'another machine' })
    await Promise.all(
      [ofAnother, '', '{'].map(async (content) => {
        const folder = await temporary()
        await writeFile(join(folder, '.lock'), content)
        await utimes(join(folder, '.lock'), 1, 1)
        const lock = await lockFolder(folder, 'held')
        await lock.release()
      }),
    )
  })

  it('goes to one of many that find a stale one at the same time', async () => {
    const folder = await temporary()
    const child = await holder(folder)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder, 'held')))
    const taken = attempts.filter(({ status }) => status === 'fulfilled')
    expect(taken).toHaveLength(1)
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'storage_in_use' })
      else await attempt.value.release()
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('is known to be lost by an owner from whom it was taken', async () => {
    const folder = await temporary()
    const lock = await lockFolder(folder, 'held')
    await changeOwner(folder, { token: 'who-took-it' })
    await expect.poll(() => lock.lost?.code, { timeout: 45_000 }).toBe('storage_in_use')
    await lock.release()
    expect(await readdir(folder)).toEqual(['.lock'])
  })
})
