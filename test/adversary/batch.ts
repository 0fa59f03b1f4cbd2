import fc from 'fast-check'
import { runSchedule } from './fake-chain-network.ts'
import { schedules } from './schedule.ts'

/** What came of a batch of schedules. */
export interface BatchReport {
  readonly schedules: number
  readonly liveSlots: number
  readonly worstLag: number
  readonly signatureChecks: number
  /** The smallest schedule found that fails, as JSON, and what is wrong with it. */
  readonly failure?: string
}

/** Runs so many schedules of a seed, and makes one that fails small. */
export async function runBatch(count: number, seed: number): Promise<BatchReport> {
  const total = { schedules: 0, liveSlots: 0, worstLag: 0, signatureChecks: 0 }
  const property = fc.asyncProperty(schedules, async (schedule) => {
    const outcome = await runSchedule(schedule)
    if (outcome.violations.length > 0) throw new Error(outcome.violations.join('\n'))
    total.schedules++
    total.liveSlots += outcome.liveSlots
    total.signatureChecks += outcome.signatureChecks
    total.worstLag = Math.max(total.worstLag, outcome.worstLag)
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    numRuns: count,
    seed,
    maxSkipsPerRun: 100,
  })
  if (!failed) return total
  const words = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  return { ...total, failure: `${words}\n--schedule '${JSON.stringify(counterexample?.[0])}'` }
}
