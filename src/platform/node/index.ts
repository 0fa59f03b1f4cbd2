import type { Platform } from '../platform.ts'
import { useFastHasher } from './crypto/fast-hasher.ts'
import { loadBls } from './crypto/load-bls.ts'
import { startDiscv5 } from './discv5/start-discv5.ts'
import { createResolveTxt } from './resolve-txt.ts'
import { openFileStorage } from './storage/file-storage.ts'
import { cleanupWebRtc } from './transports/cleanup-webrtc.ts'
import { noiseCrypto } from './transports/noise-crypto.ts'
import { secureWebSockets } from './transports/secure-web-sockets.ts'
import { listeningWebSockets, nodeTransports } from './transports/transports.ts'

/** Node: native BLS and hashing where their add-ons load, QUIC (where its add-on loads), TCP and WebSocket, storage in files. */
export const platform: Platform = {
  name: 'node',
  loadBls,
  useFastHasher,
  transports: nodeTransports,
  noise: { crypto: noiseCrypto },
  secureWebSockets,
  proxiedWebSockets: () => listeningWebSockets(true),
  endWebRtc: cleanupWebRtc,
  startDiscv5,
  resolveTxt: createResolveTxt(),
  openStorage: openFileStorage,
}
