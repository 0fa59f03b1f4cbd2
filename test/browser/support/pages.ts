import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { startStaticServer } from '../../support/static-server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The built pages that browser tests open, served on 127.0.0.1. */
export interface Pages {
  /** The demo, as users get it. */
  readonly demo: string
  /** The demo over scenes instead of a network. */
  readonly gallery: string
  /** A bare page that runs the scenario and the conformance suite. */
  readonly harness: string
  stop(): Promise<void>
}

const sources = { demo: 'demo', gallery: 'test/browser/gallery', harness: 'test/browser/harness' } as const

/** Builds the pages as production does, and serves them. */
export async function servePages(): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-pages-'))
  const input = Object.fromEntries(
    Object.entries(sources).map(([name, path]) => [name, join(root, path, 'index.html')]),
  )
  await build({
    configFile: join(root, 'vite.config.ts'),
    root,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false, rolldownOptions: { input } },
  })
  const server = await startStaticServer(folder)
  const urlOf = (name: keyof typeof sources): string => `${server.url}/${sources[name]}/`
  return {
    demo: urlOf('demo'),
    gallery: urlOf('gallery'),
    harness: urlOf('harness'),
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
