// `npm test`: everything. A failing step does not keep the others from running; the last line counts them all.
// `npm test -- STEP…` runs only the steps named.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packedTarball, root } from './support/package.ts'
import { type Ran, run } from './support/run.ts'
import { failuresIn, passedIn, type VitestReport, withSecondRun } from './support/vitest-report.ts'

interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Print what it says even when it passes. */
  readonly tells?: boolean
  /** @default 300_000 */
  readonly timeoutMs?: number
  /** Runs beside everything else: when it fails it runs once more at the end, alone. */
  readonly again?: boolean
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
const interop: Step = { name: 'interop', command: script('interop'), tells: true, timeoutMs: 600_000, again: true }

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

const secondReport = join(root, '.cache/vitest-second.json')
const MAX_FLAKY_FILES = 3

let passed = 0
let failed = 0
const failures: string[] = []
const flaky: string[] = []
/** Steps that failed beside others. */
const last: Step[] = []

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

async function runStep(step: Step): Promise<void> {
  const {
    name,
    command: [command, ...args],
    tells,
    timeoutMs,
    again,
  } = step
  const startMs = performance.now()
  const { status, output } = await runWithTarball(command, args, timeoutMs)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  if (status !== 0 || tells) process.stdout.write(`\n${output.trim()}\n`)
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(14)} ${seconds} s`)
  if (status === 0) passed++
  else if (again) last.push({ ...step, again: false })
  else {
    failed++
    failures.push(name)
  }
}

/**
 * Runs vitest, and counts each of its tests; a file that does not load and an error outside of tests count as one.
 *
 * Real browsers and real sockets share the machine with whatever else runs on it. Up to `MAX_FLAKY_FILES` files that fail run
 * once more, alone. What passes then is listed as flaky, and does not fail the run.
 */
async function runTests(): Promise<void> {
  await mkdir(join(root, '.cache'), { recursive: true })
  const startMs = performance.now()
  const packed = await packedTarball().catch(() => '')
  const first = await runVitest(packed, [], report)
  let { status, tests } = first
  const failing = failuresIn(tests)
  const files = [...new Set(failing.map(({ file }) => file))]
  if (status !== 0 && files.length > 0 && files.length <= MAX_FLAKY_FILES) {
    console.log(`\nOnce more, alone: ${files.join(' ')}`)
    const second = await runVitest(packed, files, secondReport)
    status = second.status
    tests = withSecondRun(tests, second.tests)
    await writeFile(report, JSON.stringify(tests))
    const again = new Set(failuresIn(tests).map(({ file }) => file))
    if (status === 0) flaky.push(...failing.filter(({ file }) => !again.has(file)).map(({ name }) => name))
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${'tests'.padEnd(14)} ${seconds} s`)
  const names = failuresIn(tests).map(({ name }) => name)
  if (status !== 0 && names.length === 0) names.push('tests')
  passed += passedIn(tests)
  failed += names.length
  failures.push(...names)
}

async function runVitest(
  packed: string,
  files: readonly string[],
  to: string,
): Promise<{ readonly status: number; readonly tests: VitestReport }> {
  await rm(to, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${to}`]
  const { status, output } = await run('vitest', ['run', ...files, ...reporters], {
    cwd: root,
    show: true,
    timeoutMs: 1_200_000,
    env: { LAMPARA_TARBALL: packed },
  })
  process.stdout.write(output)
  const json = await readFile(to, 'utf8').catch(() => undefined)
  return { status, tests: json === undefined ? { testResults: [] } : (JSON.parse(json) as VitestReport) }
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
for (const step of last) {
  const before = failed
  await runStep(step)
  if (failed === before) flaky.push(step.name)
}

console.log(`\n${((performance.now() - startMs) / 1000).toFixed(0)} s in all`)
for (const name of flaky) console.log(`FLAKY   ${name} (failed once, and passed alone)`)
for (const failure of failures) console.log(`FAILED  ${failure}`)
console.log(`${passed} passed, ${failed} failed${flaky.length > 0 ? `, ${flaky.length} flaky` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
