import { afterEach, beforeEach, describe, it, vi } from 'vitest'

/** What a suite written for mocha finds as `this`. */
interface MochaContext {
  skip(): never
  /** Does nothing: all its tests have `timeoutMs`. */
  timeout(ms: number): void
}

/** Gives a suite written for mocha the globals that it declares its tests with, in this test file alone. */
export function stubMochaGlobals({ timeoutMs }: { readonly timeoutMs: number }): void {
  vi.stubGlobal('describe', describe)
  vi.stubGlobal('beforeEach', (run: () => unknown) => beforeEach(async () => void (await run())))
  vi.stubGlobal('afterEach', (run: () => unknown) => afterEach(async () => void (await run())))
  vi.stubGlobal('it', (name: string, run: (this: MochaContext) => unknown) =>
    it(name, { timeout: timeoutMs }, async ({ skip }) => {
      await run.call({ skip: () => skip(), timeout() {} })
    }),
  )
}
