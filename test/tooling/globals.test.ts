import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const forBrowsers = ['src/wire', 'src/light-client/verification', 'src/platform', 'src/platform/browser', 'demo']
const forNode = ['src/platform/node', 'src/bootnode', 'src/devnet', 'src/cli', 'test/wire', 'scripts']
const globals = { buffer: 'Buffer.from("a")', process: 'process.env', require: 'require("a")' }

let folder = ''
let output = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lampara-globals-'))
  for (const file of ['biome.json', '.gitignore']) copyFileSync(join(root, file), join(folder, file))
  for (const part of [...forBrowsers, ...forNode]) {
    mkdirSync(join(folder, part), { recursive: true })
    for (const [name, code] of Object.entries(globals)) {
      writeFileSync(join(folder, part, `planted-${name}.ts`), `export const planted = ${code}\n`)
    }
  }
  const biome = join(root, 'node_modules/.bin/biome')
  const run = spawnSync(biome, ['lint', '--colors=off', '--max-diagnostics=none', '.'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(run.status).toBe(1)
  output = run.stdout + run.stderr
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the linter', () => {
  it.each(forBrowsers)('refuses the globals of Node in %s, where a browser runs the code', (part) => {
    for (const name of Object.keys(globals)) {
      expect(output).toMatch(new RegExp(`^${part}/planted-${name}\\.ts:\\d+:\\d+ lint/style/noRestrictedGlobals`, 'm'))
    }
  })

  it.each(forNode)('allows them in %s', (part) => {
    expect(output).not.toContain(`${part}/planted-`)
  })
})
