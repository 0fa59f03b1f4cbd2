// A thread that attacks one decoder. Its parent sees the input under way in shared memory, whatever becomes of the thread.
import { parentPort, workerData } from 'node:worker_threads'
import '../../scripts/support/source.mjs'
import { type Assignment, WINDOW_HEAD_BYTES } from './engine/assignment.ts'
import { loadInstrumented } from './engine/load-instrumented.ts'

const { name, inputs, seed, only, window } = workerData as Assignment
const head = new Int32Array(window, 0, 2)
const shown = new Uint8Array(window, WINDOW_HEAD_BYTES)

function before(input: Uint8Array): void {
  shown.set(input.subarray(0, shown.length))
  Atomics.store(head, 1, input.length)
  Atomics.add(head, 0, 1)
}

loadInstrumented()
// Millions of errors are thrown, and nobody reads where.
Error.stackTraceLimit = only === undefined ? 0 : 20
const { targets } = await import('./targets.ts')
const { runCampaign } = await import('./engine/campaign.ts')
const target = await targets[name]!()
const chosen = only === undefined ? target : { ...target, seeds: [only], maxInputBytes: Number.POSITIVE_INFINITY }
const startMs = performance.now()
const report = await runCampaign(chosen, { inputs: only === undefined ? inputs : 2, seed, before })
parentPort?.postMessage({ ...report, codes: target.codes, seconds: (performance.now() - startMs) / 1000 })
