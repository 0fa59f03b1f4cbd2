import { parentPort, workerData } from 'node:worker_threads'
import '../../scripts/support/source.mjs'

const { count, seed } = workerData as { readonly count: number; readonly seed: number }
const { runBatch } = await import('./batch.ts')
parentPort?.postMessage(await runBatch(count, seed))
