import { quic } from '@chainsafe/libp2p-quic'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { noopLogger } from '../../src/network/node/noop-logger.ts'

/** Transports of Node's as they come, by the name that the bench gives them. */
const bareTransports = { tcp: tcp(), ws: webSockets(), quic: quic(), webrtc: webRTCDirect() } as const

/** A transport that is measured. */
export type WireName = keyof typeof bareTransports

/** A libp2p node with transports as they come, a key of the kind and the windows that ours has, and identify alone. */
export async function bareWire(names: readonly WireName[], listen: readonly string[] = []) {
  return createLibp2p({
    // Signing with it takes longer than with libp2p's own choice; beacon nodes know no other.
    privateKey: await generateKeyPair('secp256k1'),
    addresses: { listen: [...listen] },
    transports: names.map((name) => bareTransports[name]),
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: 1024 * 1024 } })],
    connectionMonitor: { enabled: false },
    connectionManager: { inboundConnectionThreshold: 100_000, maxIncomingPendingConnections: 1_000 },
    services: { identify: identify() },
    logger: noopLogger,
  })
}
