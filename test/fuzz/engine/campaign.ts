import { seededRandom } from '../../kit/seeded-random.ts'
import { judge, type Verdict } from './check.ts'
import { Coverage } from './coverage.ts'
import { createMutator } from './mutate.ts'
import { shrink } from './shrink.ts'
import type { Target } from './target.ts'

const DEFAULT_MAX_INPUT_BYTES = 4_096
/** Beyond it new inputs take the place of old ones. */
const MAX_CORPUS = 4_096
const MAX_SHAPES = 2_000

/** What a campaign came to. */
export interface CampaignReport {
  readonly inputs: number
  /** Inputs that took the code somewhere new. */
  readonly kept: number
  /** Places in the code that were passed. */
  readonly places: number
  /** How often each ending occurred. */
  readonly outcomes: Readonly<Record<string, number>>
  /** How many endings differ in words. */
  readonly shapes: number
  readonly mostSteps: number
  readonly largestAllocation: number
  readonly failure?: { readonly input: Uint8Array; readonly wrong: string }
}

/**
 * Feeds a target with its seeds and then with changed ones, keeping each input that takes the code to a new place or to an end in
 * new words, to be changed further. The same seed gives the same inputs. Ends at the first failure, made small.
 *
 * @param options.before - reported each input before it is run, so that what ends the thread is known
 */
export async function runCampaign(
  target: Target,
  options: { readonly inputs: number; readonly seed: number; readonly before?: (input: Uint8Array) => void },
): Promise<CampaignReport> {
  const random = seededRandom(options.seed)
  const mutate = createMutator(target.mutators, target.tokens)
  const maxInputBytes = target.maxInputBytes ?? DEFAULT_MAX_INPUT_BYTES
  const coverage = new Coverage()
  const corpus: Uint8Array[] = []
  const shapes = new Set<string>()
  const outcomes: Record<string, number> = {}
  let inputs = 0
  let kept = 0
  let mostSteps = 0
  let largestAllocation = 0
  let failure: CampaignReport['failure']

  async function feed(input: Uint8Array, isSeed: boolean): Promise<void> {
    options.before?.(input)
    const verdict = await judge(target, input, coverage)
    inputs++
    outcomes[verdict.outcome] = (outcomes[verdict.outcome] ?? 0) + 1
    mostSteps = Math.max(mostSteps, verdict.steps)
    largestAllocation = Math.max(largestAllocation, verdict.largestAllocation)
    const isNewShape = shapes.size < MAX_SHAPES && !shapes.has(verdict.shape)
    if (isNewShape) shapes.add(verdict.shape)
    if (verdict.wrong !== undefined) failure = await explain(input, verdict, verdict.wrong)
    if (!isSeed && !verdict.isNew && !isNewShape) return
    kept++
    if (corpus.length < MAX_CORPUS) corpus.push(input)
    else corpus[target.seeds.length + Math.floor(random() * (MAX_CORPUS - target.seeds.length))] = input
  }

  async function explain(input: Uint8Array, verdict: Verdict, wrong: string): Promise<CampaignReport['failure']> {
    const small = await shrink(input, async (candidate) => {
      options.before?.(candidate)
      const again = await judge(target, candidate, coverage, false)
      return again.wrong !== undefined && again.shape === verdict.shape
    })
    return { input: small, wrong }
  }

  for (const seed of [new Uint8Array(0), ...target.seeds]) {
    if (failure === undefined && inputs < options.inputs) await feed(seed.subarray(0, maxInputBytes), true)
  }
  while (failure === undefined && inputs < options.inputs) {
    const parent = corpus[Math.floor(random() * corpus.length)]!
    const partner = corpus[Math.floor(random() * corpus.length)]!
    await feed(mutate(parent, random, partner).subarray(0, maxInputBytes), false)
  }
  const found = failure === undefined ? {} : { failure }
  return {
    inputs,
    kept,
    places: coverage.places,
    outcomes,
    shapes: shapes.size,
    mostSteps,
    largestAllocation,
    ...found,
  }
}
