import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { pureSha256 } from './scripts/support/vite-pure-sha256.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

/** The demo page. */
export default defineConfig({
  root: path('./demo'),
  // Relative, so that the built page can be served from any folder.
  base: './',
  plugins: [pureSha256],
  resolve: {
    alias: [
      { find: '#platform', replacement: path('./src/platform/browser/index.ts') },
      { find: /^lampara$/, replacement: path('./src/index.ts') },
    ],
  },
  build: { outDir: path('./dist-demo'), emptyOutDir: true },
  server: { host: '127.0.0.1' },
})
