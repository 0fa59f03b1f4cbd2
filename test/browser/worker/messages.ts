import type { Harness } from '../harness/harness.ts'

/** A call of the harness, from the page to the worker. */
export interface Call {
  readonly id: number
  readonly method: keyof Harness
  readonly args: readonly unknown[]
}

/** How it ended, from the worker to the page. */
export type Outcome = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string })
