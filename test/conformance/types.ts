/** How binding a rule is. `states` is for what a specification lays down without one of its words. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'states'

/** Something that a page of the documentation says of us. */
export interface Claim {
  /** Unique on its page. */
  readonly id: string
  /** The tests that show it: `test/wire/varint.test.ts > varints > are refused …`. A name of `it.each()` may have its placeholders. */
  readonly tests?: readonly string[]
  /** Where we do otherwise: what we do, and why. Its tests show that. */
  readonly deviates?: string
  /** Where it is not kept yet: what is missing. */
  readonly notYet?: string
  /** Where we do nothing of the kind: why. */
  readonly dropped?: string
}

/** Claims of one page that belong together. */
export interface Claims {
  readonly rules: readonly Claim[]
}

/** One rule of the specification that a light client has to keep. */
export interface Rule extends Claim {
  /** The heading under which the specification has it. */
  readonly section: string
  readonly level: Level
  /** What is asked for, in our own words. */
  readonly rule: string
}

/** What of a specification no light client has to keep, and why. */
export interface Outside {
  readonly what: string
  readonly why: string
}

/** One document of the specification. */
export interface SpecDocument {
  /** Below `specs/`. */
  readonly spec: string
  readonly rules: readonly Rule[]
  readonly outside?: readonly Outside[]
}
