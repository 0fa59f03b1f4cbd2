import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Each wrong import alone in a file of its own, and the rule that must name it in both branches of `#platform`. */
const planted = {
  'an import that points up': {
    files: {
      'src/wire/planted-up.ts': `import { createNetwork } from '../network/types.ts'\nconsole.log(createNetwork)`,
    },
    found: 'down-only: src/wire, src/ssz, src/chain: src/wire/planted-up.ts → src/network/types.ts',
  },
  'a type-only import that points up': {
    files: {
      'src/streams/planted-type.ts': `import type { Network } from '../network/types.ts'\nexport type A = Network`,
    },
    found: 'src/streams/planted-type.ts → src/network/types.ts',
  },
  'an inline type import that points up': {
    files: { 'src/streams/planted-inline.ts': `export type A = import('../network/types.ts').Network` },
    found: 'src/streams/planted-inline.ts → src/network/types.ts',
  },
  'a dynamic import that points up': {
    files: { 'src/chain/planted-lazy.ts': `export const lazy = () => import('../network/types.ts')` },
    found: 'src/chain/planted-lazy.ts → src/network/types.ts',
  },
  'a re-export that points up': {
    files: { 'src/ssz/planted-reexport.ts': `export type { Network } from '../network/types.ts'` },
    found: 'src/ssz/planted-reexport.ts → src/network/types.ts',
  },
  'a cycle of two files': {
    files: {
      'src/ssz/planted-a.ts': `import { b } from './planted-b.ts'\nexport const a = () => b`,
      'src/ssz/planted-b.ts': `import { a } from './planted-a.ts'\nexport const b = () => a`,
    },
    found: 'no-circular: src/ssz/planted-a.ts → src/ssz/planted-b.ts → src/ssz/planted-a.ts',
  },
  'a cycle through types alone': {
    files: {
      'src/ssz/planted-c.ts': `import type { D } from './planted-d.ts'\nexport interface C { d: D }`,
      'src/ssz/planted-d.ts': `import type { C } from './planted-c.ts'\nexport interface D { c: C }`,
    },
    found: 'no-circular: src/ssz/planted-c.ts → src/ssz/planted-d.ts → src/ssz/planted-c.ts',
  },
  'one behaviour that imports another': {
    files: {
      'src/gossip/planted-aside.ts': `import type { PeerInfo } from '../peers/types.ts'\nexport type A = PeerInfo`,
    },
    found: 'behaviours-apart: src/gossip: src/gossip/planted-aside.ts → src/peers/types.ts',
  },
  'one program that imports another': {
    files: {
      'src/devnet/planted-shared.ts': 'export const shared = 1',
      'src/bootnode/planted-program.ts': `export { shared } from '../devnet/planted-shared.ts'`,
    },
    found: 'programs-apart: src/bootnode: src/bootnode/planted-program.ts → src/devnet/planted-shared.ts',
  },
  'verification that knows the network': {
    files: {
      'src/light-client/verification/planted.ts': `import type { Network } from '../../network/types.ts'\nexport type A = Network`,
    },
    found: 'verification-pure: src/light-client/verification/planted.ts → src/network/types.ts',
  },
  'a node: import in neutral code': {
    files: { 'src/wire/planted-node.ts': `import { readFileSync } from 'node:fs'\nexport const read = readFileSync` },
    found: 'node-only-at-the-edge: src/wire/planted-node.ts → fs',
  },
  'a node: import in the demo': {
    files: { 'demo/planted-node.ts': `import { cwd } from 'node:process'\nexport const at = cwd` },
    found: 'node-only-at-the-edge: demo/planted-node.ts → process',
  },
  'a node: import in the browser branch': {
    files: { 'src/platform/browser/planted-node.ts': `import { cwd } from 'node:process'\nexport const at = cwd` },
    found: 'node-only-at-the-edge: src/platform/browser/planted-node.ts → process',
  },
  'an import that points up from the browser branch': {
    files: { 'src/platform/browser/planted-up.ts': `export type { Chain } from '../../chain/chain.ts'` },
    found:
      'down-only: src/streams, src/errors, src/hash, src/limits, src/platform: src/platform/browser/planted-up.ts → src/chain/chain.ts',
  },
  'an import that points up from the Node branch': {
    files: { 'src/platform/node/planted-up.ts': `export type { Chain } from '../../chain/chain.ts'` },
    found:
      'down-only: src/streams, src/errors, src/hash, src/limits, src/platform: src/platform/node/planted-up.ts → src/chain/chain.ts',
  },
  'a platform imported past its alias': {
    files: {
      'src/platform/node/planted-inner.ts': 'export const inner = 1',
      'src/network/planted-past.ts': `export { inner } from '../platform/node/planted-inner.ts'`,
    },
    found: 'platform-by-alias: src/network/planted-past.ts → src/platform/node/planted-inner.ts',
  },
  'a development dependency in what ships': {
    files: {
      'node_modules/planted-dev/package.json': '{ "name": "planted-dev", "type": "module", "exports": "./index.js" }',
      'node_modules/planted-dev/index.js': 'export const dev = 1',
      'src/wire/planted-dev.ts': `export { dev } from 'planted-dev'`,
    },
    found: 'dependencies-declared: src/wire/planted-dev.ts → node_modules/planted-dev/index.js',
  },
}

/** Wrong only where `#platform` is that branch. */
const plantedInBranch = ['node', 'browser'].map((branch) => ({
  branch,
  files: {
    [`src/light-client/planted-${branch}.ts`]: `import * as all from '#platform'\nexport const seen = all`,
    [`src/platform/${branch}/index.ts`]: `export { seen as platform } from '../../light-client/planted-${branch}.ts'`,
  },
  found: `no-circular: src/light-client/planted-${branch}.ts → src/platform/${branch}/index.ts → src/light-client/planted-${branch}.ts`,
}))

let folder = ''
let lines: string[] = []

function check(): { status: number | null; lines: string[] } {
  const run = spawnSync(process.execPath, [join(root, 'scripts/layers.ts')], { cwd: folder, encoding: 'utf8' })
  return { status: run.status, lines: run.stdout.split('\n').concat(run.stderr) }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lampara-layers-'))
  for (const part of ['src', 'demo', 'tsconfig.json', 'tsconfig.browser.json', '.dependency-cruiser.mjs']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  manifest.devDependencies['planted-dev'] = '1'
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  for (const { files } of [...Object.values(planted), ...plantedInBranch]) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), `${text}\n`)
    }
  }
  const result = check()
  expect(result.status).toBe(1)
  lines = result.lines
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the check of import direction fails on', () => {
  it.each(Object.entries(planted))('%s', (_, { found }) => {
    for (const branch of ['node', 'browser']) {
      expect(lines.filter((line) => line.startsWith(`#platform=${branch}:`) && line.includes(found))).not.toEqual([])
    }
  })

  it.each(plantedInBranch)('a cycle that only the $branch branch of #platform closes', ({ branch, found }) => {
    const where = lines.filter((line) => line.includes(found)).map((line) => line.split(':')[0])
    expect(where).toEqual([`#platform=${branch}`])
  })

  it('one planted import alone, and passes without it', () => {
    for (const part of ['src', 'demo']) rmSync(join(folder, part), { recursive: true })
    mkdirSync(join(folder, 'src/wire'), { recursive: true })
    mkdirSync(join(folder, 'src/network'))
    mkdirSync(join(folder, 'demo'))
    writeFileSync(join(folder, 'demo/c.ts'), 'export const c = 3\n')
    writeFileSync(join(folder, 'src/network/a.ts'), 'export const a = 1\n')
    writeFileSync(join(folder, 'src/wire/b.ts'), 'export const b = 2\n')
    expect(check().status).toBe(0)
    writeFileSync(join(folder, 'src/wire/b.ts'), `export { a } from '../network/a.ts'\n`)
    expect(check().status).toBe(1)
  })
})
