// `npm run test:mutations [-- WORD…]`: takes each guard of the light client out of use, in a copy of the checkout, and prints which
// test notices. Fails when one is noticed by none. WORDs choose rules by their text.
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Mutation, mutations } from '../test/mutations/mutations.ts'
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const copy = join(root, '.cache/mutations')
const copied = ['src', 'test', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts']

/** What vitest writes of a run. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

async function prepare(): Promise<void> {
  await rm(copy, { recursive: true, force: true })
  await mkdir(copy, { recursive: true })
  const filter = (path: string): boolean => !path.includes('node_modules')
  for (const name of copied) await cp(join(root, name), join(copy, name), { recursive: true, filter })
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir')
}

/** @returns the names of the tests that failed; empty when none did */
async function runTests(tests: readonly string[]): Promise<readonly string[]> {
  const report = join(copy, 'report.json')
  await rm(report, { force: true })
  const args = ['run', '--reporter=json', `--outputFile=${report}`, ...tests]
  const env = { LAMPARA_FIXTURES: process.env.LAMPARA_FIXTURES ?? join(root, '../shared/fixtures') }
  const { status, output } = await run('vitest', args, { cwd: copy, timeoutMs: 240_000, env })
  if (status === 0) return []
  const { testResults } = JSON.parse(await readFile(report, 'utf8').catch(() => '{"testResults":[]}')) as Report
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  )
  if (failed.length === 0) throw new Error(`The tests ${tests.join(', ')} do not run:\n${output}`)
  return failed.map(({ fullName }) => fullName)
}

async function tryMutation({ file, find, replace, tests }: Mutation): Promise<readonly string[]> {
  const path = join(copy, file)
  const source = await readFile(path, 'utf8')
  if (source.split(find).length !== 2) throw new Error(`"${find}" does not stand in ${file} exactly once`)
  await writeFile(
    path,
    source.replace(find, () => replace),
  )
  try {
    return await runTests(tests)
  } finally {
    await writeFile(path, source)
  }
}

const words = process.argv.slice(2)
const chosen = mutations.filter(({ rule }) => words.every((word) => rule.includes(word)))
await prepare()
const unchanged = await runTests([...new Set(chosen.flatMap(({ tests }) => tests))])
if (unchanged.length > 0) throw new Error(`Without any mutation there fail already: ${unchanged.join(', ')}`)
let missed = 0
for (const mutation of chosen) {
  const [caughtBy] = await tryMutation(mutation)
  if (caughtBy === undefined) missed++
  console.log(
    `${caughtBy === undefined ? 'MISSED' : 'caught'}  ${mutation.rule}${caughtBy === undefined ? '' : `\n        by: ${caughtBy}`}`,
  )
}
await rm(copy, { recursive: true, force: true })
console.log(`\n${chosen.length - missed} passed, ${missed} failed`)
process.exitCode = missed > 0 || chosen.length === 0 ? 1 : 0
