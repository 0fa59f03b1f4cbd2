// Runs in Deno, whose QUIC can listen for WebTransport: a libp2p peer that serves the scenarios. Tells where in a line of JSON.
import process from 'node:process'
import { createInterface } from 'node:readline'
import { noise } from '@libp2p/noise'
import { createLibp2p } from 'libp2p'
import { serveScenarios } from '../../transports/scenario/serve.ts'
import { selfSigned } from '../self-signed.ts'
import { webTransportListener } from './listener.ts'

const libp2p = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1/webtransport'] },
  transports: [webTransportListener(selfSigned())],
  connectionEncrypters: [noise()],
  connectionManager: { inboundConnectionThreshold: 1_000 },
  connectionMonitor: { enabled: false },
})
await serveScenarios(libp2p)
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`)
tell({ address: String(libp2p.getMultiaddrs()[0]) })
// A line asks how many connections there are; the end of input ends it all.
for await (const _ of createInterface(process.stdin)) tell({ connections: libp2p.getConnections().length })
process.exit()
