import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: [
      { find: '#platform', replacement: fileURLToPath(new URL('./src/platform/node/index.ts', import.meta.url)) },
      { find: /^lampara$/, replacement: fileURLToPath(new URL('./src/index.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:interop` and `npm run test:environments`.
    exclude: [...configDefaults.exclude, 'test/interop/**', 'test/environments/**'],
    // A loaded machine is slow, not wrong: what fails for slowness alone tells nothing.
    testTimeout: 120_000,
    expect: { poll: { timeout: 45_000 } },
    hookTimeout: 120_000,
    // Two cores: more workers would only contend.
    maxWorkers: 2,
  },
})
