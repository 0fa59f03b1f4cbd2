import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)

/** What the compiler says of a module that stands in the package. */
function complaints(code: string): string[] {
  const directory = mkdtempSync(join(root, 'node_modules', '.readme-'))
  try {
    const file = join(directory, 'example.ts')
    writeFileSync(file, code)
    const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as { compilerOptions: object }
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
    const paths = { ...options.paths, lampara: [join(root, 'src/index.ts')] }
    const program = ts.createProgram([file], { ...options, paths, noEmit: true })
    return ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(({ messageText }) => {
      return ts.flattenDiagnosticMessageText(messageText, '\n')
    })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('the README', () => {
  it('begins with an example for a wallet and one for a dashboard, and none has more than fifteen lines', () => {
    expect(examples[0]).toContain('createLightClient(')
    expect(examples[1]).toContain('createNetwork(')
    for (const example of examples) expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
  })

  it.each(examples)('shows code that compiles against the package: %#', (example) => {
    expect(complaints(example)).toEqual([])
  })

  it('would not let through what the package does not have', () => {
    expect(
      complaints("import { createLightClient } from 'lampara'\nawait createLightClient({ chain: 7 })"),
    ).not.toEqual([])
  })
})
