import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { instrument } from './instrument.ts'

const require = createRequire(import.meta.url)
const coverageUrl = new URL('./coverage.ts', import.meta.url).href
const instrumenter = new URL('./instrument.ts', import.meta.url)
const cache = fileURLToPath(new URL('../../../.cache/fuzz/instrumented', import.meta.url))

// Our own code, what it decodes with, and the model that snappy is held against.
const followed = [
  /\/src\/.*\.ts$/,
  /\/test\/wire\/support\/reference-snappy\.ts$/,
  /\/node_modules\/(@chainsafe\/ssz|hysnappy|@multiformats\/multiaddr|multiformats|uint8-varint)\/.*\.js$/,
]

/** From here on this thread's modules are loaded so that `coverage.ts` learns of the branches they take. */
export function loadInstrumented(): void {
  mkdirSync(cache, { recursive: true })
  const version = createHash('sha256').update(readFileSync(instrumenter)).update(coverageUrl).digest('hex')
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith('file:') || !followed.some((pattern) => pattern.test(url))) return next(url, context)
      if (context.format === 'commonjs') return next(url, context)
      const fileName = fileURLToPath(url)
      const source = readFileSync(fileName, 'utf8')
      const key = createHash('sha256').update(version).update(fileName).update(source).digest('hex')
      return { format: 'module', source: cached(join(cache, `${key}.js`), source, fileName), shortCircuit: true }
    },
  })
}

/** The TypeScript compiler takes longer to load than most targets take to sample: it is, only where something changed. */
function cached(path: string, source: string, fileName: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    const made = (require('./instrument.ts') as { instrument: typeof instrument }).instrument(
      source,
      fileName,
      coverageUrl,
    )
    // Whole or not at all: two threads may be at it.
    const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
    writeFileSync(draft, made)
    renameSync(draft, path)
    return made
  }
}
