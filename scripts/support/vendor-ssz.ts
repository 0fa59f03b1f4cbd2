import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { build, type Plugin } from 'esbuild'

/**
 * @chainsafe/ssz and its Merkle tree import @chainsafe/as-sha256, which compiles WebAssembly while it is imported: under a
 * strict Content Security Policy the import of `lampara` would throw. So the package carries both, bundled with a stand-in;
 * as-sha256 itself is imported on use, by its hasher alone.
 */

const vendored = /^@chainsafe\/(ssz|persistent-merkle-tree)(\/|$)/
const imports =
  /^((?:import|export) (?:([^'"]*?) from )?|.*?\bimport\(\s*(?:\/\*[^*]*\*\/\s*)*)(['"])(@chainsafe\/(?:ssz|persistent-merkle-tree)[^'"]*)\3/gms

/** True for an import that gets the stand-in: every one of as-sha256 but its own hasher's. */
export function takesPureSha256(specifier: string, importer: string | undefined): boolean {
  if (specifier !== '@chainsafe/as-sha256' || importer === undefined) return false
  const file = importer.replaceAll('\\', '/')
  return /\/@chainsafe\/(ssz|persistent-merkle-tree)\//.test(file) && !file.endsWith('/hasher/as-sha256.js')
}

/** noble's SHA-256 of version 1 is that of version 2, which the package has anyway. */
export function takesCurrentNoble(specifier: string, importer: string | undefined): boolean {
  return specifier === '@noble/hashes/sha256' && /@chainsafe[\\/]persistent-merkle-tree/.test(importer ?? '')
}

/** The stand-in for as-sha256. */
export function pureSha256File(root: string): string {
  return join(root, 'scripts/stand-ins/pure-as-sha256/index.js')
}

/** Puts the vendored modules into `dist/vendor` and points the imports of the compiled files there. */
export async function vendorSsz(root: string): Promise<void> {
  const dist = join(root, 'dist')
  const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'))
  const names = new Map<string, Set<string>>()
  for (const file of files) {
    const path = join(dist, file)
    const code = await readFile(path, 'utf8')
    const rewritten = code.replace(
      imports,
      (_whole, before: string, clause: string | undefined, quote: string, specifier: string) => {
        const known = names.get(specifier) ?? new Set()
        names.set(specifier, known)
        for (const name of namesIn(clause)) known.add(name)
        const to = relative(dirname(path), join(dist, 'vendor', `${fileOf(specifier)}.js`))
          .split(sep)
          .join('/')
        return `${before}${quote}${to.startsWith('.') ? to : `./${to}`}${quote}`
      },
    )
    if (rewritten !== code) await writeFile(path, rewritten)
  }
  await bundle(root, names)
}

/** The names of `{ a, b as c }`; those of a dynamic import are not known: the hasher modules have one. */
function namesIn(clause: string | undefined): string[] {
  if (clause === undefined) return ['hasher']
  const inner = /\{([^}]*)\}/.exec(clause)?.[1]
  if (inner === undefined) throw new Error(`Cannot vendor the import "${clause}": name what it imports`)
  return inner
    .split(',')
    .map((part) => part.trim().split(' as ')[0]!.trim())
    .filter((name) => name !== '')
}

function fileOf(specifier: string): string {
  return specifier.replace('@chainsafe/', '').replaceAll('/', '-')
}

async function bundle(root: string, names: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  const entries: Plugin = {
    name: 'vendored',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^vendor:/ }, ({ path }) => ({ path: path.slice('vendor:'.length), namespace: 'vendor' }))
      onLoad({ filter: /.*/, namespace: 'vendor' }, ({ path }) => ({
        contents: `export { ${[...names.get(path)!].sort().join(', ')} } from '${path}'`,
        resolveDir: root,
      }))
      onResolve({ filter: /^@/ }, ({ path, importer }) => {
        if (takesPureSha256(path, importer)) return { path: pureSha256File(root) }
        if (takesCurrentNoble(path, importer)) return { path: '@noble/hashes/sha2.js', external: true }
        // Its own functions without WebAssembly go into the bundle; all else stays a dependency.
        if (vendored.test(path) || path.startsWith('@chainsafe/as-sha256/lib/')) return undefined
        return { path, external: true }
      })
    },
  }
  await build({
    entryPoints: Object.fromEntries([...names.keys()].map((name) => [fileOf(name), `vendor:${name}`])),
    outdir: join(root, 'dist/vendor'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    plugins: [entries],
    // The bundled packages are ChainSafe's, under the Apache License 2.0 (LICENSE-APACHE has its text).
    banner: {
      js: '// From @chainsafe/ssz, @chainsafe/persistent-merkle-tree and @chainsafe/as-sha256, © ChainSafe Systems, Apache-2.0.',
    },
    logLevel: 'warning',
  })
}
