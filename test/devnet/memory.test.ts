import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { type BeaconChain, createBeaconChain } from '../../src/devnet/beacon/beacon-chain.ts'
import { platform } from '../../src/platform/node/index.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function produce(chain: BeaconChain, count: number): number {
  for (let made = 0; made < count; made++) chain.produceSlot()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

it('does not grow with the slots that it makes, and by little while nothing becomes final', {
  timeout: 120_000,
}, async () => {
  await platform.useFastHasher()
  const limits = { maxPeriods: 8, maxBootstraps: 16 }
  const chain = await createBeaconChain({ genesisTime: 1_700_000_000, ...limits, justifies: (epoch) => epoch < 250 })
  const settled = produce(chain, 800)
  const finalizing = produce(chain, 1200)
  // Their states and objects would be 20 MB; what may grow is the state's own list of historical roots.
  expect(finalizing - settled).toBeLessThan(1_000_000)
  // One block an epoch is kept for as long as it may still become final.
  expect(produce(chain, 800) - finalizing).toBeLessThan(2_000_000)
})
