import type { LamparaErrorCode } from '../../../src/errors/index.ts'

/** Makes an input out of another one. `partner` is a second input of the corpus, to take pieces from. */
export type Mutator = (input: Uint8Array, random: () => number, partner: Uint8Array) => Uint8Array

/** A decoder under attack. */
export interface Target {
  /** Inputs to begin with: real ones. */
  readonly seeds: readonly Uint8Array[]
  /**
   * Decodes an input.
   *
   * @returns a word or two on what came out: inputs with new words are kept
   * @throws LamparaError with one of `codes`; anything else that is thrown is a finding
   */
  readonly run: (input: Uint8Array) => string | Promise<string>
  /** Every code that may end a decoding. A long run must see each of them. */
  readonly codes: readonly LamparaErrorCode[]
  /** @default 4096 */
  readonly maxInputBytes?: number
  /**
   * The longest array that the code may ask for at once, whatever the input claims.
   *
   * @default 65_536
   */
  readonly maxAllocation?: number
  /**
   * False where an error's words quote what was sent: without end, they would each seem a new ending.
   *
   * @default true
   */
  readonly wordsCount?: boolean
  /** What knows the format: used for half of the inputs. */
  readonly mutators?: readonly Mutator[]
  /** Pieces of text that the format has a meaning for. */
  readonly tokens?: readonly string[]
}

/** A finding: the decoder did what it must not. */
export class Finding extends Error {
  override readonly name = 'Finding'
}

/** Reports a finding unless it holds. */
export function insist(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Finding(what)
}

/** As `insist()`, that both hold the same bytes. */
export function insistSame(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (Buffer.compare(actual, expected) !== 0) throw new Finding(what)
}
