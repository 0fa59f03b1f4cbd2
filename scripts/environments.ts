// `npm run test:environments`: the packed tarball in every environment of `docs/environments.md`, frameworks included.
import { buildPackage, packPackage, root } from './support/package.ts'
import { run } from './support/run.ts'

await buildPackage()
process.env.LAMPARA_TARBALL = await packPackage()
const args = ['run', '--config', 'test/environments/vitest.config.ts', ...process.argv.slice(2)]
const { status } = await run('vitest', args, { cwd: root, show: true, timeoutMs: 1_200_000 })
process.exitCode = status
