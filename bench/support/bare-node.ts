import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { noopLogger } from '../../src/network/node/noop-logger.ts'
import { messageId } from '../../src/wire/index.ts'

const MIB = 1024 * 1024
const MAX_PAYLOAD = 10 * MIB

/** A libp2p node with the transport, muxer and windows that ours has, and gossipsub as it comes but for Ethereum's message ids. */
export function createBareNode(listen: readonly string[], privateKey?: PrivateKey) {
  return createLibp2p({
    ...(privateKey === undefined ? {} : { privateKey }),
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: MIB } })],
    connectionMonitor: { enabled: false },
    connectionManager: { inboundConnectionThreshold: 1000 },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        globalSignaturePolicy: 'StrictNoSign',
        msgIdFn: ({ topic, data }) => messageId(topic, data, MAX_PAYLOAD),
        allowPublishToZeroTopicPeers: true,
        floodPublish: true,
        heartbeatInterval: 700,
      }),
    },
    logger: noopLogger,
  })
}

/** A running bare node. */
export type BareNode = Awaited<ReturnType<typeof createBareNode>>
