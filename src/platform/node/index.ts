import type { Platform } from '../platform.ts'
import { cleanupWebRtc } from './cleanup-webrtc.ts'
import { startDiscv5 } from './discv5/start-discv5.ts'
import { useFastHasher } from './fast-hasher.ts'
import { openFileStorage } from './file-storage.ts'
import { loadBls } from './load-bls.ts'
import { noiseCrypto } from './noise-crypto.ts'
import { createResolveTxt } from './resolve-txt.ts'
import { secureWebSockets } from './secure-web-sockets.ts'
import { nodeTransports } from './transports.ts'

/** Node: native BLS and hashing where their add-ons load, QUIC (where its add-on loads), TCP and WebSocket, storage in files. */
export const platform: Platform = {
  name: 'node',
  loadBls,
  useFastHasher,
  transports: nodeTransports,
  noise: { crypto: noiseCrypto },
  secureWebSockets,
  endWebRtc: cleanupWebRtc,
  startDiscv5,
  resolveTxt: createResolveTxt(),
  openStorage: openFileStorage,
}
