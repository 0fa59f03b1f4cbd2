import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Lints a file that is not there, as if it lay at the path. */
function lint(path: string, code: string): { status: number | null; output: string } {
  const run = spawnSync('node_modules/.bin/biome', ['lint', '--colors=off', `--stdin-file-path=${path}`], {
    cwd: root,
    encoding: 'utf8',
    input: code,
  })
  return { status: run.status, output: run.stdout + run.stderr }
}

describe('the linter', () => {
  it.each(['Buffer.from("a")', 'process.env', 'require("a")'])('refuses %s where a browser runs the code', (code) => {
    for (const folder of ['src/wire', 'src/light-client/verification', 'src/platform/browser', 'demo']) {
      const { status, output } = lint(`${folder}/planted.ts`, `export const planted = ${code}\n`)
      expect(output).toContain('noRestrictedGlobals')
      expect(status).toBe(1)
    }
  })

  it.each(['src/platform/node', 'src/bootnode', 'src/devnet', 'src/cli'])('allows Buffer in %s', (folder) => {
    const { status, output } = lint(`${folder}/planted.ts`, 'export const planted = Buffer.from("a")\n')
    expect(output).not.toContain('noRestrictedGlobals')
    expect(status).toBe(0)
  })
})
