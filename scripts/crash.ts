// `npm run test:crash [-- N]`: `lampara bootnode` and `lampara follow` with --data-dir, each killed N times at random moments (200),
// and started again with each of their files damaged in turn.
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const TIMEOUT_MS = 3_600_000
const kills = process.argv[2] ?? '200'
const env = { LAMPARA_CRASH_KILLS: kills }
const { status } = await run('vitest', ['run', 'test/crash'], { cwd: root, env, show: true, timeoutMs: TIMEOUT_MS })
process.exitCode = status
