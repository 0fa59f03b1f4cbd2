import { randomUUID } from 'node:crypto'
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isLamparaError, LamparaError, messageOf } from '../../../errors/index.ts'
import type { KeyValueStorage } from '../../storage.ts'
import { assertNamespace } from '../../storage-names.ts'
import { fileNameOf } from './file-name.ts'
import { lockFolder } from './lock-folder.ts'
import { makeFolder } from './make-folder.ts'

const TEMPORARY = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/

/**
 * Opens storage that keeps each value in a file of its own.
 *
 * @param namespace - becomes a folder
 * @param options - `directory` holds the namespaces. Default: `.lampara` in the home folder
 * @throws LamparaError `invalid_argument` for a bad namespace, `storage_unavailable` where the folder cannot be made or written to,
 *   `storage_in_use` where another process, or another storage of this one, has it open
 */
export async function openFileStorage(
  namespace: string,
  options: { readonly directory?: string } = {},
): Promise<KeyValueStorage> {
  assertNamespace(namespace)
  const folder = join(options.directory ?? join(homedir(), '.lampara'), namespace)
  const lock = await attempt(`open storage "${namespace}"`, async () => {
    await makeFolder(folder)
    const held = await lockFolder(folder, folder)
    await sweep(folder)
    return held
  })
  let closed = false

  async function run<T>(action: string, key: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = join(folder, fileNameOf(key))
    if (closed) throw new LamparaError('storage_unavailable', `Cannot ${action} "${key}": the storage is closed`)
    if (lock.lost !== undefined) throw lock.lost
    return attempt(`${action} "${key}"`, () => work(path))
  }

  return {
    get: (key) => run('read', key, readIfPresent),
    set: (key, value) => run('write', key, (path) => writeAtomically(path, `${path}.${randomUUID()}.tmp`, value)),
    delete: (key) => run('delete', key, (path) => rm(path, { force: true })),
    close: async () => {
      closed = true
      await lock.release()
    },
  }
}

async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What a process that was killed was writing. Nobody else writes here now; one that cannot be removed does no harm. */
async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => TEMPORARY.test(each))) {
    await rm(join(folder, name), { force: true }).catch(() => {})
  }
}

/** A rename within a folder replaces in one step; the sync before it keeps a power cut from leaving an empty file. */
async function writeAtomically(path: string, temporary: string, value: Uint8Array): Promise<void> {
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(value)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isLamparaError(cause, 'storage_in_use')) throw cause
    throw new LamparaError('storage_unavailable', `Cannot ${action}: ${messageOf(cause)}`, { cause })
  }
}
