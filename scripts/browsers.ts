// `npm run test:browsers [-- ENGINE…]`: every test of pages, in full, one engine after the other. `npm test` runs
// those of Chromium among all others, and a sample of those of other engines where they are installed.
import { engines } from './support/engines.ts'
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const TESTS_TIMEOUT_MS = 900_000

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !engines.some((engine) => engine.name === name))
if (unknown.length > 0) {
  console.log(`There is no engine ${unknown.join(', ')}. There are: ${engines.map(({ name }) => name).join(', ')}`)
  process.exitCode = 2
} else {
  const outcomes: string[] = []
  for (const { name, tests, find, install } of engines) {
    if (asked.length > 0 && !asked.includes(name)) continue
    if (find() === undefined) {
      outcomes.push(`FAILED  ${name}: it is not installed. ${install}`)
      continue
    }
    console.log(`\n${name}`)
    const { status } = await run('vitest', ['run', ...tests], {
      cwd: root,
      show: true,
      timeoutMs: TESTS_TIMEOUT_MS,
      env: { LAMPARA_BROWSERS: 'full' },
    })
    outcomes.push(`${status === 0 ? 'passed' : 'FAILED'}  ${name}`)
  }
  console.log(`\n${outcomes.join('\n')}`)
  if (outcomes.some((outcome) => outcome.startsWith('FAILED'))) process.exitCode = 1
}
