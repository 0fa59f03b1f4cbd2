import { LamparaError } from '../../errors/index.ts'
import { listen } from '../../streams/listen.ts'

/** The page before a reload releases its lock while the next one loads. */
const WAIT_MS = 2_000

/** A database that this page holds. */
export interface DatabaseLock {
  /** Resolves when the database is ours, at once unless the page has just come back. @throws LamparaError `storage_in_use` */
  held(): Promise<void>
  release(): void
}

/**
 * Takes a database for one storage of the origin by a Web Lock, which the browser ends with the page. A page in the back/forward
 * cache does not hold it, since a lock would keep the page out of the cache; it takes the lock again when it comes back.
 *
 * @returns holds nothing where the browser has no Web Locks
 * @throws LamparaError `storage_in_use` when another page or worker, or another storage of this one, holds it
 */
export async function lockDatabase(name: string): Promise<DatabaseLock> {
  const locks = locksHere()
  if (locks === undefined) return { held: async () => {}, release() {} }
  let release = (): void => {}
  let released = false
  let taken = take()

  async function take(): Promise<void> {
    const waiting = new AbortController()
    const holding = Promise.withResolvers<void>()
    const granted = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      waiting.abort()
      granted.reject(inUse(name))
    }, WAIT_MS)
    release = () => {
      waiting.abort()
      holding.resolve()
    }
    locks!
      .request(`lampara-storage-${name}`, { signal: waiting.signal }, () => {
        granted.resolve()
        return holding.promise
      })
      // A page of an opaque origin has the interface, and may not use it: such a page has no database to share either.
      .catch((error) => (waiting.signal.aborted ? granted.reject(inUse(name)) : granted.resolve(void error)))
    try {
      await granted.promise
    } finally {
      clearTimeout(timer)
    }
  }

  await taken
  const forget = watchPage({
    onHide: () => release(),
    onShow: () => {
      if (released) return
      taken = take()
      taken.catch(() => {})
    },
  })
  return {
    held: () => taken,
    release() {
      released = true
      forget()
      release()
    },
  }
}

function locksHere(): Pick<LockManager, 'request'> | undefined {
  try {
    return globalThis.navigator?.locks
  } catch {
    return undefined
  }
}

/** Workers have neither event. */
function watchPage(page: { onHide(): void; onShow(): void }): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => {}
  return listen<Record<'pagehide' | 'pageshow', PageTransitionEvent>>(globalThis as never, {
    pagehide: page.onHide,
    pageshow: ({ persisted }) => persisted && page.onShow(),
  })
}

function inUse(name: string): LamparaError {
  const help = 'close it, or open this one with another name or with { optional: true }'
  return new LamparaError(
    'storage_in_use',
    `Cannot use storage "${name}": another tab or worker of this site uses it: ${help}`,
  )
}
