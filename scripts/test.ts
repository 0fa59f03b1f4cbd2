// `npm test`: everything. A failing step does not keep the others from running; the last line counts them all.
// `npm test -- STEP…` runs only the steps named.
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { packedTarball, root } from './support/package.ts'
import { type Ran, run } from './support/run.ts'

interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Print what it says even when it passes. */
  readonly tells?: boolean
  /** @default 300_000 */
  readonly timeoutMs?: number
}

/** Stands for what `pack` left. */
const tarball = '{tarball}'

const script = (name: string): [string, ...string[]] => ['node', `scripts/${name}.ts`]

// One after the other: the later need what these leave.
const foundations: readonly Step[] = [
  { name: 'build', command: script('build') },
  { name: 'pack', command: script('pack') },
]

// Beside all others: it waits for slots most of the time.
const interop: Step = { name: 'interop', command: script('interop'), tells: true, timeoutMs: 600_000 }

// Two at a time.
const checks: readonly Step[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types-browser', command: ['tsc', '-p', 'tsconfig.browser.json'] },
  { name: 'lint', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'layers', command: script('layers'), tells: true },
  { name: 'unused', command: ['knip'] },
  { name: 'publint', command: ['publint', 'run', tarball, '--strict'] },
  { name: 'attw', command: ['attw', tarball, '--profile', 'esm-only', '--no-definitely-typed'] },
  { name: 'bundle', command: script('bundle-budget'), tells: true },
  { name: 'install', command: script('install-budget'), tells: true },
  { name: 'docs', command: ['typedoc'] },
  { name: 'engines', command: script('engines'), tells: true },
  // A sample of `npm run test:fuzz`.
  { name: 'fuzz', command: [...script('fuzz'), '--inputs', '3000'], tells: true },
]

const report = join(root, '.cache/vitest.json')
// After all tests: those that docs/conformance.md and docs/seed-systems.md name must have passed.
const conformance: Step = { name: 'conformance', command: [...script('conformance'), '--results', report], tells: true }
const only = process.argv.slice(2)
const wanted = (name: string) => only.length === 0 || only.includes(name)

let passed = 0
let failed = 0
const failures: string[] = []

async function runWithTarball(command: string, args: readonly string[], timeoutMs = 300_000): Promise<Ran> {
  if (!args.includes(tarball)) return run(command, args, { cwd: root, timeoutMs })
  try {
    const path = await packedTarball()
    return await run(
      command,
      args.map((arg) => (arg === tarball ? path : arg)),
      { cwd: root, timeoutMs },
    )
  } catch (error) {
    return { status: 1, output: String(error) }
  }
}

async function runStep({ name, command: [command, ...args], tells, timeoutMs }: Step): Promise<void> {
  const startMs = performance.now()
  const { status, output } = await runWithTarball(command, args, timeoutMs)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  if (status !== 0 || tells) process.stdout.write(`\n${output.trim()}\n`)
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(14)} ${seconds} s`)
  if (status === 0) passed++
  else {
    failed++
    failures.push(name)
  }
}

/** Runs vitest, and counts each of its tests; a file that does not load and an error outside of tests count as one. */
async function runTests(): Promise<void> {
  await rm(report, { force: true })
  await mkdir(join(root, '.cache'), { recursive: true })
  const startMs = performance.now()
  const packed = await packedTarball().catch(() => '')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status, output } = await run('vitest', ['run', ...reporters], {
    cwd: root,
    show: true,
    timeoutMs: 1_200_000,
    env: { LAMPARA_TARBALL: packed },
  })
  process.stdout.write(output)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${'tests'.padEnd(14)} ${seconds} s`)
  const counts = await readFile(report, 'utf8').then(countTests, () => ({ passed: 0, failed: 0, names: [] }))
  passed += counts.passed
  failed += status !== 0 && counts.failed === 0 ? 1 : counts.failed
  failures.push(...(status !== 0 && counts.failed === 0 ? ['tests'] : counts.names))
}

function countTests(json: string): { passed: number; failed: number; names: string[] } {
  const { numPassedTests, testResults } = JSON.parse(json) as {
    readonly numPassedTests: number
    readonly testResults: readonly {
      readonly name: string
      readonly status: string
      readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
    }[]
  }
  const names = testResults.flatMap(({ name, status, assertionResults }) => {
    const wrong = assertionResults.filter((test) => test.status === 'failed').map((test) => `${name}: ${test.fullName}`)
    return wrong.length > 0 || status !== 'failed' ? wrong : [`${name} does not load`]
  })
  return { passed: numPassedTests, failed: names.length, names }
}

const startMs = performance.now()
const beside = wanted(interop.name) ? runStep(interop) : undefined
for (const step of foundations) if (wanted(step.name)) await runStep(step)
const waiting = checks.filter(({ name }) => wanted(name))
async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await runStep(step)
}
await Promise.all([work(), work()])
if (wanted('tests')) {
  await runTests()
  await runStep(conformance)
}
await beside

console.log(`\n${((performance.now() - startMs) / 1000).toFixed(0)} s in all`)
for (const failure of failures) console.log(`FAILED  ${failure}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
