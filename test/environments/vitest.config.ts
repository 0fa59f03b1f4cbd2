import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

// Apart from the other tests: these install frameworks.
export default defineConfig({
  ...base,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...base.test,
    include: ['test/environments/*.test.ts', 'test/packaging/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 260_000,
    hookTimeout: 240_000,
    fileParallelism: false,
  },
})
