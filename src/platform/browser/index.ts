import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import type { Bls } from '../bls.ts'
import type { Platform } from '../platform.ts'
import { browserTransports } from './transports.ts'

let bls: Promise<Bls> | undefined

/** A browser: noble for BLS, as-sha256 for hashing, WebSocket and WebTransport, storage in IndexedDB. */
export const platform: Platform = {
  name: 'browser',
  loadBls() {
    // Imported late: a page that only lists peers needs none of it.
    bls ??= import('../noble-bls.ts').then(({ nobleBls }) => nobleBls)
    return bls
  },
  async useFastHasher() {
    setHasher(hasher)
  },
  transports: browserTransports,
  async openStorage(namespace) {
    return (await import('./indexed-db-storage.ts')).openIndexedDbStorage(namespace)
  },
}
