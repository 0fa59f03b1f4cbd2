// `npm run test:adversary [-- --schedules N] [--seed S] [--workers W]`: runs seeded schedules of the adversary suite. A schedule
// that fails is made small and printed; `--schedule JSON` runs it again. `--wire` runs the measured attacks over TCP instead, from
// each seat, with and without a bootnode and a restart.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { BatchReport } from '../test/adversary/batch.ts'
import { runSchedule } from '../test/adversary/fake-chain-network.ts'
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '20261201' },
    workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    schedule: { type: 'string' },
    wire: { type: 'boolean', default: false },
  },
})
const WIRE_TIMEOUT_MS = 1_200_000
/** Schedules of one property: fast-check keeps what it ran. */
const BATCH = 250

function runBatch(count: number, seed: number): Promise<BatchReport> {
  const url = new URL('../test/adversary/worker.ts', import.meta.url)
  return new Promise((resolve, reject) => {
    const worker = new Worker(url, { workerData: { count, seed } })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

async function runAll(count: number, seed: number, workers: number): Promise<number> {
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, index) => ({
    count: Math.min(BATCH, count - index * BATCH),
    seed: seed + index,
  }))
  const startedMs = Date.now()
  const total = { schedules: 0, liveSlots: 0, signatureChecks: 0, worstLag: 0, failures: 0 }
  async function work(): Promise<void> {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const report = await runBatch(batch.count, batch.seed)
      total.schedules += report.schedules
      total.liveSlots += report.liveSlots
      total.signatureChecks += report.signatureChecks
      total.worstLag = Math.max(total.worstLag, report.worstLag)
      const seconds = ((Date.now() - startedMs) / 1000).toFixed(0)
      console.log(`${total.schedules} schedules in ${seconds} s, worst lag ${total.worstLag} slots`)
      if (report.failure === undefined) continue
      total.failures++
      console.log(`FAILED with --seed ${batch.seed} --schedules ${batch.count}\n${report.failure}`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  console.log(
    `\n${total.schedules} schedules, ${total.failures} batches failed; ${total.liveSlots} slots in which the head was due, ` +
      `at most ${total.worstLag} slots late; ${total.signatureChecks} signature checks`,
  )
  return total.failures
}

if (values.wire) {
  const env = { LAMPARA_WIRE_ATTACKS: 'all' }
  const options = { cwd: root, env, show: true, timeoutMs: WIRE_TIMEOUT_MS }
  process.exitCode = (await run('vitest', ['run', 'test/adversary/wire'], options)).status
} else if (values.schedule !== undefined) {
  const outcome = await runSchedule(JSON.parse(values.schedule))
  console.log(outcome)
  process.exitCode = outcome.violations.length > 0 ? 1 : 0
} else {
  const numbers = [values.schedules, values.seed, values.workers].map(Number)
  const [schedules = 0, seed = 0, workers = 0] = numbers
  if (!numbers.every(Number.isSafeInteger) || schedules < 1 || workers < 1) {
    console.log('usage: npm run test:adversary -- [--schedules N] [--seed S] [--workers W] [--schedule JSON] | --wire')
    process.exitCode = 2
  } else process.exitCode = (await runAll(schedules, seed, workers)) > 0 ? 1 : 0
}
