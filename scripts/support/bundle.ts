import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type Plugin, type Rolldown } from 'vite'
import { root } from './package.ts'
import { pureSha256 } from './vite-pure-sha256.ts'

/** One JavaScript file of a bundle. */
export interface Chunk {
  readonly name: string
  /** Its path below the page. */
  readonly file: string
  readonly code: string
  readonly gzipBytes: number
  /** The script itself. */
  readonly entry: boolean
  /** Loaded with the page, rather than by an `import()`. */
  readonly initial: boolean
  /** The files of this checkout that contribute to it. */
  readonly sources: readonly string[]
}

const entry = 'lampara-entry'

/** A page's script is an entry; what it does not use of what it imports is dropped. */
function entryPlugin(code: string): Plugin {
  return {
    name: entry,
    resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
    load: (id) => (id === `\0${entry}` ? code : undefined),
  }
}

/**
 * Bundles a page's script for browsers, minified, as Vite does for production.
 *
 * @param code - the script; `lampara` is this checkout's entry
 */
export async function bundleForBrowser(code: string): Promise<readonly Chunk[]> {
  const result = (await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [entryPlugin(code), pureSha256],
    resolve: {
      alias: [
        { find: '#platform', replacement: join(root, 'src/platform/browser/index.ts') },
        { find: /^lampara$/, replacement: join(root, 'src/index.ts') },
      ],
    },
    build: { write: false, modulePreload: false, reportCompressedSize: false, rolldownOptions: { input: entry } },
  })) as Rolldown.RolldownOutput
  const chunks = result.output.filter((file) => file.type === 'chunk')
  const initial = withImports(
    chunks,
    chunks.filter((chunk) => chunk.isEntry),
  )
  return chunks.map((chunk) => ({
    name: chunk.name,
    file: chunk.fileName,
    code: chunk.code,
    gzipBytes: gzipSync(chunk.code, { level: 9 }).length,
    entry: chunk.isEntry,
    initial: initial.has(chunk),
    sources: Object.entries(chunk.modules)
      .filter(([, module]) => module.renderedLength > 0)
      .map(([id]) => relative(root, id)),
  }))
}

function withImports(
  all: readonly Rolldown.OutputChunk[],
  from: readonly Rolldown.OutputChunk[],
): Set<Rolldown.OutputChunk> {
  const reached = new Set(from)
  for (const chunk of reached) {
    for (const name of chunk.imports) {
      const imported = all.find((other) => other.fileName === name)
      if (imported !== undefined) reached.add(imported)
    }
  }
  return reached
}

/**
 * What marks a file that loads only once a head has been verified, or where a storage, a logger or a join document is given, or the page listens (which takes WebRTC), or listening fails; all else counts as needed by a page
 * that is given none.
 */
const notNeeded =
  /^(src\/network\/limits\/inbound-limits[.]ts|node_modules\/@libp2p\/gossipsub|src\/discovery\/enr|src\/network\/(discovery\/(start-discovery|local-enr)|join\/[a-z-]+|metrics\/log-events|listen-error)[.]ts|src\/peers\/address-book\/stored-json[.]ts|src\/light-client\/(gossip\/follow-gossip|status\/gaps)[.]ts|src\/platform\/browser\/indexed-db-storage[.]ts)/

/** What only a page loads that has WebRTC: it alone can listen. */
const listening = 'src/network/limits/inbound-limits.ts'

/** What a light client's page loads, gzip kilobytes (10³ bytes). */
export interface BundleSizes {
  /** Up to the first verified head: the script with all that it imports, at once or when needed. */
  readonly firstHeadKb: number
  /** All of it, whenever it loads, but for what listens. */
  readonly allKb: number
  readonly chunks: readonly Chunk[]
}

/** Measures the smallest page that follows mainnet. */
export async function measureBundle(): Promise<BundleSizes> {
  const chunks = await bundleForBrowser(
    `import { createLightClient, mainnet } from 'lampara'\nglobalThis.start = () => createLightClient({ chain: mainnet })`,
  )
  const kb = (counted: readonly Chunk[]) => counted.reduce((sum, chunk) => sum + chunk.gzipBytes, 0) / 1000
  return {
    firstHeadKb: kb(
      chunks.filter(({ initial, sources }) => initial || !sources.some((source) => notNeeded.test(source))),
    ),
    allKb: kb(chunks.filter(({ sources }) => !sources.includes(listening))),
    chunks,
  }
}
