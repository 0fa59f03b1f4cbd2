import { randomUUID } from 'node:crypto'
import { readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { LamparaError } from '../../../errors/index.ts'
import { delay } from '../../../streams/abort.ts'
import { type CancelTimer, systemClock } from '../../../streams/clock.ts'

/** No key is stored under this name: in file names of keys a dot is `%2e`. */
const LOCK_NAME = '.lock'
const TOKEN = /^[\w-]{1,64}$/
const HEARTBEAT_MS = 2_000
/** An owner that cannot be looked up by its process id must touch its lock within this time. */
const OBSERVE_MS = 5_000
const OBSERVE_STEP_MS = 500
const MAX_ATTEMPTS = 5
const RETRY_MS = 100
/** Replacing a stale lock takes milliseconds. */
const GUARD_MS = 10_000

/** Who holds a folder, as its lock file says. */
interface Owner {
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Machine, boot and process namespace in which `pid` means something. */
  readonly scope: string
  /** When the process started, as its system counts. Tells a process from a later one with the same id. */
  readonly birth?: string
}

/** A folder that this process holds. */
export interface FolderLock {
  /** Why the folder is no longer ours: another process took it while this one was stopped. */
  readonly lost: LamparaError | undefined
  release(): Promise<void>
}

/**
 * Takes a folder for one storage, by a lock file with its owner. The lock of a process that has ended is taken over at once. An
 * owner in another container or on another machine counts as alive while it touches the file, every two seconds.
 *
 * @throws LamparaError `storage_in_use` when its owner is alive
 */
export async function lockFolder(folder: string, name: string): Promise<FolderLock> {
  const path = join(folder, LOCK_NAME)
  const mine: Owner = { token: randomUUID(), host: hostname(), pid: process.pid, ...(await whereabouts(process.pid)) }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await create(path, mine)) return hold(path, mine, name)
    const owner = await readOwner(path)
    if (owner === 'none') continue
    if (await isAlive(path, owner)) throw inUse(name, owner)
    if (await replaceStale(path, owner, mine)) return hold(path, mine, name)
    await delay(RETRY_MS, { clock: systemClock })
  }
  throw inUse(name, undefined)
}

function hold(path: string, mine: Owner, name: string): FolderLock {
  let lost: LamparaError | undefined
  let released = false
  let cancel: CancelTimer = () => {}

  async function beat(): Promise<void> {
    const owner = await readOwner(path)
    if (released) return
    if (owner === 'none') await create(path, mine).catch(() => false)
    else if (owner?.token === mine.token) await touch(path)
    else lost = inUse(name, owner)
  }

  function arm(): void {
    cancel = systemClock.setTimer(() => {
      beat()
        // A folder that was removed, or a disk that fails, shows when something is read or written.
        .catch(() => {})
        .then(() => !released && lost === undefined && arm())
    }, HEARTBEAT_MS)
  }

  arm()
  return {
    get lost() {
      return lost
    },
    async release() {
      if (released) return
      released = true
      cancel()
      const owner = await readOwner(path).catch(() => 'none' as const)
      if (owner !== 'none' && owner?.token === mine.token) await rm(path, { force: true }).catch(() => {})
    },
  }
}

/** @returns false when there is a lock file already */
async function create(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** @returns undefined for a lock file that says nothing of its owner, 'none' where there is no lock file */
async function readOwner(path: string): Promise<Owner | undefined | 'none'> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none'
    throw error
  }
  try {
    const owner = JSON.parse(text) as Owner
    return TOKEN.test(String(owner.token)) && Number.isInteger(owner.pid) ? owner : undefined
  } catch {
    return undefined
  }
}

async function isAlive(path: string, owner: Owner | undefined): Promise<boolean> {
  if (owner !== undefined) {
    const here = await whereabouts(owner.pid)
    if (here.scope === owner.scope) {
      if (!runs(owner.pid)) return false
      if (owner.birth !== undefined && here.birth !== undefined) return owner.birth === here.birth
    }
  }
  return isTouched(path)
}

/** Compares the file's time with itself only: the clocks of two machines may differ. */
async function isTouched(path: string): Promise<boolean> {
  const touchedAt = async (): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.mtimeMs
  const first = await touchedAt()
  for (let waitedMs = 0; waitedMs < OBSERVE_MS; waitedMs += OBSERVE_STEP_MS) {
    await delay(OBSERVE_STEP_MS, { clock: systemClock })
    const now = await touchedAt()
    if (now === undefined) return false
    if (now !== first) return true
  }
  return false
}

/**
 * Puts our lock in the place of a stale one. A guard file named after the stale owner lets one process at a time do so, and
 * each looks again once it has it: a lock that was taken meanwhile is never replaced.
 *
 * @returns false when somebody else was quicker, or is at it
 */
async function replaceStale(path: string, stale: Owner | undefined, mine: Owner): Promise<boolean> {
  const guard = `${path}.${stale?.token ?? 'damaged'}`
  const prepared = `${path}.${mine.token}.tmp`
  if (!(await create(guard, mine))) {
    // Of a process that ended while it replaced the lock.
    const ageMs = Date.now() - ((await stat(guard).catch(() => undefined))?.mtimeMs ?? Date.now())
    if (ageMs > GUARD_MS) await rm(guard, { force: true })
    return false
  }
  try {
    const owner = await readOwner(path)
    if (owner === 'none' || owner?.token !== stale?.token) return false
    await writeFile(prepared, JSON.stringify(mine), { flag: 'wx', mode: 0o600 })
    await rename(prepared, path)
    return true
  } finally {
    await rm(prepared, { force: true }).catch(() => {})
    await rm(guard, { force: true }).catch(() => {})
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What tells this process id from the same number elsewhere, as far as the system says: Linux does, others name the host. */
async function whereabouts(pid: number): Promise<Pick<Owner, 'scope' | 'birth'>> {
  const read = (work: Promise<string>): Promise<string> => work.catch(() => '')
  const [boot, namespace, status] = await Promise.all([
    read(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    read(readlink('/proc/self/ns/pid')),
    read(readFile(`/proc/${pid}/stat`, 'utf8')),
  ])
  // The name, in parentheses, may hold spaces: the 22nd field is the 20th after it.
  const birth = status.slice(status.lastIndexOf(')') + 2).split(' ')[19]
  const scope = [hostname(), boot.trim(), namespace].join(' ')
  return birth === undefined || birth === '' ? { scope } : { scope, birth }
}

async function touch(path: string): Promise<void> {
  const now = new Date()
  await utimes(path, now, now)
}

function inUse(name: string, owner: Owner | undefined): LamparaError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`
  const help = 'stop it first, or use another directory'
  return new LamparaError('storage_in_use', `Cannot use storage "${name}": ${who} uses it: ${help}`, {
    ...(owner && { details: { pid: owner.pid, host: owner.host } }),
  })
}
