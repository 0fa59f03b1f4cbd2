import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import { webSockets } from '@libp2p/websockets'
import type { Bls } from '../bls.ts'
import { endingAtOnce } from '../ending-at-once.ts'
import type { Platform } from '../platform.ts'
import { canDialFromPage } from './can-dial.ts'
import { openIndexedDbStorage } from './indexed-db-storage.ts'

let bls: Promise<Bls> | undefined

/** A browser: noble for BLS, as-sha256 for hashing, WebSocket, storage in IndexedDB. */
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
  transports: async () => [
    {
      name: 'websocket',
      create: endingAtOnce(webSockets()),
      canDial: (address) => canDialFromPage(address, globalThis.location?.protocol),
    },
  ],
  openStorage: openIndexedDbStorage,
}
