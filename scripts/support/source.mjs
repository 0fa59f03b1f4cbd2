// Lets Node run this checkout's TypeScript as it lies there: `node --import ./scripts/support/source.mjs src/cli/main.ts …`.
// The package's own `imports` and `exports` lead to `dist`, which a fresh checkout does not have.
import { registerHooks } from 'node:module'

const sources = new Map([
  ['#platform', new URL('../../src/platform/node/index.ts', import.meta.url).href],
  ['lampara', new URL('../../src/index.ts', import.meta.url).href],
])

registerHooks({
  resolve: (specifier, context, next) => next(sources.get(specifier) ?? specifier, context),
})
