import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

// Apart from the other tests: these take a beacon node of somebody else's making, and minutes.
export default defineConfig({
  ...base,
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    ...base.test,
    include: ['test/interop/*.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 260_000,
    hookTimeout: 90_000,
    // Each file has a node of its own, which is to have the machine to itself.
    fileParallelism: false,
  },
})
