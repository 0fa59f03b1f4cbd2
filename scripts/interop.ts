// `npm run test:interop`: our client against a beacon node of somebody else's making. Installs that node first; where that
// fails, the tests are skipped, or with `CI` set fail.
import { installLodestar } from './support/install-lodestar.ts'
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const TESTS_TIMEOUT_MS = 560_000 + Number(process.env.LAMPARA_INTEROP_MINUTES ?? 0) * 60_000

async function install(): Promise<boolean> {
  const startMs = performance.now()
  try {
    await installLodestar()
    console.log(`Lodestar is installed (${((performance.now() - startMs) / 1000).toFixed(1)} s)`)
    return true
  } catch (error) {
    console.log(`${process.env.CI ? 'FAILED' : 'skipped'}: Lodestar cannot be installed here. ${error}`)
    if (process.env.CI) process.exitCode = 1
    return false
  }
}

if (await install()) {
  const args = ['run', '--config', 'test/interop/vitest.config.ts', ...process.argv.slice(2)]
  const { status } = await run('vitest', args, { cwd: root, show: true, timeoutMs: TESTS_TIMEOUT_MS })
  process.exitCode = status
}
