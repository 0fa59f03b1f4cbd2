// Runs in Deno, whose QUIC can listen for WebTransport: a light client over TCP that listens for pages, and serves and forwards
// what it verified. Tells where in a line of JSON.
import process from 'node:process'
import { createInterface } from 'node:readline'
import type { Hex } from '../../../src/chain/index.ts'
import { fetchJoinDocument } from '../../../src/discovery/index.ts'
import { createLightClient, serveVerified } from '../../../src/light-client/index.ts'
import { offsetClock } from '../../../src/streams/clock.ts'
import { selfSigned } from '../self-signed.ts'
import { webTransportListener } from './listener.ts'

const [join = '', checkpoint] = process.argv.slice(2)
const { chain, bootnodes, clockOffsetMs } = await fetchJoinDocument(join)
const client = await createLightClient({
  chain,
  staticPeers: bootnodes,
  checkpoint: checkpoint as Hex,
  clock: offsetClock(clockOffsetMs),
  listen: ['/ip4/127.0.0.1/udp/0/quic-v1/webtransport'],
  transports: { only: ['tcp'], add: [webTransportListener(selfSigned())] },
})
serveVerified(client)
await client.ready({ signal: AbortSignal.timeout(45_000) })
const tell = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`)
tell({ address: client.network.addresses[0] })
// A line asks how many have dialed it and are connected; the end of input ends it all.
const pages = () => client.network.peers.filter(({ direction }) => direction === 'inbound')
for await (const _ of createInterface(process.stdin)) tell({ connections: pages().length })
process.exit()
