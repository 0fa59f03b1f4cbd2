import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { startStaticServer } from '../static-server.ts'
import { notingErrors } from './engines/note-errors.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The built pages that browser tests open, served on 127.0.0.1. */
export interface Pages {
  /** The demo, as users get it. */
  readonly demo: string
  /** The demo over scenes instead of a network. */
  readonly gallery: string
  /** A bare page that runs the scenario and the conformance suite. */
  readonly harness: string
  /** The same, in a worker of the page's. */
  readonly worker: string
  /** A page whose tabs share a light client. */
  readonly tabs: string
  stop(): Promise<void>
}

const sources = {
  demo: 'demo',
  gallery: 'test/browser/gallery',
  harness: 'test/browser/harness',
  worker: 'test/browser/worker',
  tabs: 'test/browser/tabs',
} as const

const emptyPage = '<!doctype html><html lang="en"><head><title>Frame</title></head><body></body></html>'

/**
 * Builds the pages as production does, and serves them.
 *
 * @param options.noteErrors - have the pages themselves note what goes wrong on them. @default false
 */
export async function servePages({ noteErrors = false } = {}): Promise<Pages> {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-pages-'))
  const input = Object.fromEntries(
    Object.entries(sources).map(([name, path]) => [name, join(root, path, 'index.html')]),
  )
  await build({
    configFile: join(root, 'vite.config.ts'),
    root,
    logLevel: 'error',
    // What a worker imports late are chunks of its own.
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false, rolldownOptions: { input } },
  })
  const noting = Object.values(sources).map(async (path) => {
    const html = await readFile(join(folder, path, 'index.html'), 'utf8')
    return [`/${path}/`, notingErrors(html)] as const
  })
  const pages = { '/frame': emptyPage, ...(noteErrors && Object.fromEntries(await Promise.all(noting))) }
  const server = await startStaticServer(folder, { pages })
  const urlOf = (name: keyof typeof sources): string => `${server.url}/${sources[name]}/`
  return {
    demo: urlOf('demo'),
    gallery: urlOf('gallery'),
    harness: urlOf('harness'),
    worker: urlOf('worker'),
    tabs: urlOf('tabs'),
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
