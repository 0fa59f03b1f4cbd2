import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type Assignment, WINDOW_HEAD_BYTES } from './engine/assignment.ts'
import type { CampaignReport } from './engine/campaign.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const MAX_INPUT_BYTES = 4 * 2 ** 20
/** An input that is still under way after this hangs. */
const HANG_MS = 30_000
/** Rarer endings cannot be asked of fewer inputs. */
const ENOUGH_INPUTS = 200_000

/** A campaign as the thread reports it. */
export interface AttackReport extends CampaignReport {
  readonly codes: readonly string[]
  readonly seconds: number
}

/** One decoder, attacked. */
export interface Attack {
  readonly name: string
  readonly seconds: number
  /** Undefined where the thread did not live to tell. */
  readonly report: AttackReport | undefined
  /** What is wrong, in words, with the command that shows it again. */
  readonly problems: readonly string[]
}

/** Attacks a decoder in a thread of its own, and survives whatever becomes of that. */
export async function attack(
  name: string,
  options: { readonly inputs: number; readonly seed: number; readonly only: Uint8Array | undefined },
): Promise<Attack> {
  const window = new SharedArrayBuffer(WINDOW_HEAD_BYTES + MAX_INPUT_BYTES)
  const { inputs, seed, only } = options
  const assignment: Assignment = { name, inputs, seed, window, ...(only === undefined ? {} : { only }) }
  const end = await watch(assignment)
  if (typeof end !== 'string') {
    const report = end
    const problems = report.failure === undefined ? [] : [await found(name, report.failure)]
    const missing = report.codes.filter((code) => report.outcomes[code] === undefined)
    if (report.failure === undefined && report.inputs >= ENOUGH_INPUTS && missing.length > 0) {
      problems.push(`never ended with ${missing.join(', ')}: the inputs do not reach far enough`)
    }
    return { name, seconds: report.seconds, report, problems }
  }
  const length = Atomics.load(new Int32Array(window), 1)
  const input = new Uint8Array(window, WINDOW_HEAD_BYTES, Math.min(length, MAX_INPUT_BYTES)).slice()
  return { name, seconds: 0, report: undefined, problems: [await found(name, { input, wrong: end })] }
}

/** Runs a thread to its end: its report, or what became of it. */
function watch(assignment: Assignment): Promise<AttackReport | string> {
  const begun = new Int32Array(assignment.window, 0, 1)
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: assignment,
      // Libraries' warnings of odd inputs would bury the table.
      execArgv: ['--no-warnings'],
      resourceLimits: { maxOldGenerationSizeMb: 1_024 },
    })
    let last = -1
    const heart = setInterval(() => {
      const now = Atomics.load(begun, 0)
      if (now === last) finish(`hangs: it is not through after ${HANG_MS / 1000} s`)
      last = now
    }, HANG_MS)
    function finish(end: AttackReport | string): void {
      clearInterval(heart)
      resolve(end)
      void worker.terminate()
    }
    worker.once('message', (report: AttackReport) => finish(report))
    worker.once('error', (error) =>
      finish(`ends the thread: ${error instanceof Error ? (error.stack ?? error.message) : error}`),
    )
    worker.once('exit', () => finish('never ends: it waits for what does not come'))
  })
}

/** Keeps a failing input, and says how to run it again. */
async function found(name: string, failure: { readonly input: Uint8Array; readonly wrong: string }): Promise<string> {
  const { input, wrong } = failure
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 8)
  const path = `${root}.cache/fuzz/${name}-${digest}.bin`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, input)
  const hex = Buffer.from(input.subarray(0, 64)).toString('hex')
  const shown = `0x${hex}${input.length > 64 ? '…' : ''}`
  return `${wrong}\ninput of ${input.length} bytes: ${shown}\nagain: npm run test:fuzz -- ${name} --input ${relative(root, path)}`
}
