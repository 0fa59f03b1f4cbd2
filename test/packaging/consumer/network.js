// A developer's own test network: a devnet and a bootnode in one process, until standard input ends.
import { createBootnode } from 'lampara/bootnode'
import { createDevnet } from 'lampara/devnet'

const devnet = await createDevnet({ slotDurationMs: 1000 })
const bootnode = await createBootnode({
  chain: devnet.chain,
  upstream: devnet.addresses,
  checkpoint: devnet.checkpoint(),
})
await bootnode.ready({ signal: AbortSignal.timeout(60_000) })
console.log(JSON.stringify({ join: bootnode.url, peers: devnet.addresses }))

process.stdin.resume()
process.stdin.on('end', async () => {
  await bootnode.stop()
  await devnet.stop()
})
