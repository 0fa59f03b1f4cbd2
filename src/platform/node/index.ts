import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { dialKindOf } from '../dial-kind.ts'
import { endingAtOnce } from '../ending-at-once.ts'
import type { Platform } from '../platform.ts'
import { startDiscv5 } from './discv5/start-discv5.ts'
import { useFastHasher } from './fast-hasher.ts'
import { openFileStorage } from './file-storage.ts'
import { loadBls } from './load-bls.ts'

/** Node: native BLS and hashing where their add-ons load, TCP and WebSocket, storage in files. */
export const platform: Platform = {
  name: 'node',
  loadBls,
  useFastHasher,
  transports: async () => [
    { name: 'tcp', create: tcp(), canDial: (address) => dialKindOf(address)?.transport === 'tcp' },
    {
      name: 'websocket',
      create: endingAtOnce(webSockets()),
      canDial: (address) => dialKindOf(address)?.transport === 'websocket',
    },
  ],
  startDiscv5,
  openStorage: openFileStorage,
}
