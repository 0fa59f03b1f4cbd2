// `npm run trips`: makes four trips through the package against a devnet in another process, and lists the files of `src` whose
// functions ran in each. ARCHITECTURE.md gives the counts beside each life cycle.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Session } from 'node:inspector/promises'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createLightClient, createNetwork, fetchJoinDocument, protocols, topics } from '../src/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Serves every part, or runs on its own while a trip is under way: it belongs to none. */
const background = /^src\/(streams|errors|network\/metrics)\/|^src\/peers\/handshake\/ping-/
/** Moves the bytes of any connection: below the stream on which a trip begins. */
const connection = /^src\/(platform\/node\/transports|limits)\/|^src\/network\/node\/(\w+-muxer|noop-logger)/
/** Long enough for what a new connection does by itself: identify, Status, metadata, subscriptions. */
const SETTLE_MS = 4_000

const devnet = spawn(
  process.execPath,
  ['scripts/enter.mjs', 'src/cli/main.ts', 'devnet', '--json', '--slot-ms', '1000'],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const session = new Session()
session.connect()

/** Files of `src` with a function that ran since the last call. */
async function filesThatRan(): Promise<string[]> {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const prefix = new URL('../src/', import.meta.url).href
  return result
    .filter(({ url, functions }) => url.startsWith(prefix) && functions.some(ran))
    .map(({ url }) => `src/${url.slice(prefix.length)}`)
    .toSorted()
}

function ran({
  functionName,
  ranges,
}: {
  readonly functionName: string
  readonly ranges: { readonly count: number }[]
}) {
  return functionName !== '' && (ranges[0]?.count ?? 0) > 0
}

async function trip(name: string, walk: () => Promise<unknown>): Promise<void> {
  await filesThatRan()
  await walk()
  const files = (await filesThatRan()).filter((file) => !background.test(file))
  const below = files.filter((file) => connection.test(file)).length
  console.log(`\n${name}: ${files.length - below} files, and ${below} that move the bytes of any connection`)
  for (const file of files) console.log(`  ${file}`)
}

try {
  let join = ''
  for await (const line of createInterface({ input: devnet.stdout })) {
    const url = /"(?:join|restUrl|rest)":"(http[^"]+)"/.exec(line)?.[1]
    if (url === undefined) continue
    join = url
    break
  }
  const { chain, bootnodes, checkpoint } = await fetchJoinDocument(join)
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

  const network = await createNetwork({ chain, targetPeers: 0 })
  await trip('connect() to a peer that is ready', async () => {
    await network.connect(bootnodes[0]!)
  })
  await delay(SETTLE_MS)
  await trip('request() to its last chunk', () =>
    network.reqresp.request(protocols.lightClientFinalityUpdate, undefined).single(),
  )
  // Gossipsub's code loads with the first subscription: that is no part of the trip.
  const first = network.gossip.subscribe(topics.lightClientFinalityUpdate)
  await first.ready()
  await delay(SETTLE_MS)
  await trip('subscribe() to the first message', async () => {
    for await (const _ of network.gossip.subscribe(topics.lightClientOptimisticUpdate)) break
  })
  await trip('createLightClient() on a network to the first verified head', async () => {
    const client = await createLightClient({ chain, network, checkpoint: checkpoint! })
    await client.ready({ signal: AbortSignal.timeout(30_000) })
    await client.stop()
  })
  await network.stop()
} finally {
  session.disconnect()
  devnet.kill('SIGTERM')
  await once(devnet, 'exit')
}
