/** How binding a rule is. `states` is for what a specification lays down without one of its words. */
export type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'states'

/** One rule of the specification that a light client has to keep. */
export interface Rule {
  /** Unique among all rules. */
  readonly id: string
  /** The heading under which the specification has it. */
  readonly section: string
  readonly level: Level
  /** What is asked for, in our own words. */
  readonly rule: string
  /** The tests that show it: `test/wire/varint.test.ts > varints > are refused …`. A name of `it.each()` may have its placeholders. */
  readonly tests?: readonly string[]
  /** Where we do otherwise: what we do, and why. Its tests show that. */
  readonly deviates?: string
  /** Where it is not kept yet: what is missing. */
  readonly notYet?: string
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
