import { loadCode } from '../../errors/index.ts'
import { useWebAssemblyHasher, useWebAssemblySha256 } from '../../hash/web-assembly-hasher.ts'
import type { Platform } from '../platform.ts'
import { browserTransports } from './transports.ts'
import { watchWake } from './watch-wake.ts'

/** A browser: noble for BLS, as-sha256 for hashing, WebSocket and WebTransport, storage in IndexedDB. */
export const platform: Platform = {
  name: 'browser',
  async loadBls() {
    // Imported on demand: a page that only lists peers needs none of it.
    return (await loadCode(() => import('../noble-bls.ts'), 'the BLS code')).nobleBls
  },
  async useFastHasher() {
    // Where WebAssembly is forbidden, or its chunk cannot be loaded, plain JavaScript stays in use.
    await Promise.allSettled([useWebAssemblySha256(), useWebAssemblyHasher()])
  },
  transports: browserTransports,
  watchWake,
  async openStorage(namespace) {
    return (await loadCode(() => import('./indexed-db-storage.ts'), 'the storage code')).openIndexedDbStorage(namespace)
  },
}
