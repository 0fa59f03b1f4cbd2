// A bootnode in a process of its own, so that a test can kill it: tells where it listens in a line of JSON, then runs.
import { createBootnode } from '../../../src/bootnode/index.ts'
import { fetchJoinDocument } from '../../../src/discovery/index.ts'
import { offsetClock } from '../../../src/streams/clock.ts'

const { join, dataDirectory, wsPort, httpPort, upstream, enrs } = JSON.parse(process.argv[2] ?? '') as {
  readonly join: string
  readonly dataDirectory: string
  readonly wsPort: number
  readonly httpPort: number
  readonly upstream?: readonly string[]
  readonly enrs?: readonly string[]
}
const { chain, bootnodes, checkpoint, clockOffsetMs } = await fetchJoinDocument(join)
if (checkpoint === undefined) throw new Error('The devnet names no checkpoint')
const bootnode = await createBootnode({
  chain,
  upstream: upstream ?? bootnodes,
  ...(enrs !== undefined && { enrs, allowPrivateAddresses: true, tunnel: { minUpstreamPeers: 0 } }),
  checkpoint,
  dataDirectory,
  clock: offsetClock(clockOffsetMs),
  clockOffsetMs,
  listen: [`/ip4/127.0.0.1/tcp/${wsPort}/ws`],
  http: { port: httpPort },
})
await bootnode.ready()
process.stdout.write(`${JSON.stringify({ url: bootnode.url, address: bootnode.addresses[0] })}\n`)
