import { errorCodes, isLamparaError } from '../../../src/errors/index.ts'
import type { Coverage } from './coverage.ts'
import type { Target } from './target.ts'

const DEFAULT_MAX_ALLOCATION = 65_536
/** Places passed: far more than any honest input takes, far less than a hang. */
const MAX_STEPS = 200_000
const MAX_STEPS_PER_BYTE = 400
/** Errors are logged and shown: none may be as long as what a peer sent. */
const MAX_MESSAGE_LENGTH = 2_048

/** How an input ended. */
export interface Verdict {
  /** A code, or `ok`. */
  readonly outcome: string
  /** The outcome with its words, numbers left out. */
  readonly shape: string
  /** What the decoder did that it must not, if anything. */
  readonly wrong?: string
  readonly isNew: boolean
  readonly steps: number
  readonly largestAllocation: number
}

/** Runs a target on one input and judges what it did. */
export async function judge(target: Target, input: Uint8Array, coverage: Coverage, remember = true): Promise<Verdict> {
  let outcome = 'ok'
  let shape: string
  let wrong: string | undefined
  coverage.begin()
  try {
    const running = target.run(input)
    shape = `ok ${typeof running === 'string' ? running : await running}`
  } catch (error) {
    ;({ outcome, shape, wrong } = judgeError(target, error))
  }
  const trace = coverage.take(remember)
  const { steps, largestAllocation } = trace
  const bound = target.maxAllocation ?? DEFAULT_MAX_ALLOCATION
  if (largestAllocation > bound) wrong ??= `asked for an array of ${largestAllocation}, more than ${bound}`
  if (steps > MAX_STEPS + MAX_STEPS_PER_BYTE * input.length) wrong ??= `took ${steps} steps for ${input.length} bytes`
  return { outcome, shape, ...(wrong === undefined ? {} : { wrong }), ...trace }
}

function judgeError(target: Target, error: unknown): { outcome: string; shape: string; wrong?: string } {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  if (!isLamparaError(error)) return { outcome: 'crash', shape: shapeOf(words), wrong: words }
  const { code, message } = error
  const shape = target.wordsCount === false ? code : `${code} ${shapeOf(message)}`
  if (!(errorCodes as readonly string[]).includes(code)) {
    return { outcome: code, shape, wrong: `threw the code ${code}, which is not of the closed set` }
  }
  if (!target.codes.includes(code))
    return { outcome: code, shape, wrong: `threw ${code}, which is not documented: ${words}` }
  if (message.length > MAX_MESSAGE_LENGTH)
    return { outcome: code, shape, wrong: `has a message of ${message.length} characters` }
  return { outcome: code, shape }
}

/** Words without what differs from input to input: numbers, and all from the first quotation mark to the last. */
function shapeOf(words: string): string {
  return words.replace(/["'].*["']|0x[0-9a-fA-F]+|\d+/gs, '#').slice(0, 120)
}
