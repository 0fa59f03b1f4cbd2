import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './package.ts'
import { runOrThrow } from './run.ts'

const folder = join(root, 'test/interop/lodestar')
const INSTALL_TIMEOUT_MS = 240_000

/** Installs the beacon node of `test/interop/lodestar`, unless it is there as the lockfile names it. @throws when npm fails, with what it said */
export async function installLodestar(): Promise<void> {
  const wanted = await readFile(join(folder, 'package-lock.json'), 'utf8')
  // Written when all is done, unlike npm's own record.
  const record = join(folder, 'node_modules/.installed-from-lockfile.json')
  if ((await readFile(record, 'utf8').catch(() => undefined)) === wanted) return
  await runOrThrow('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    timeoutMs: INSTALL_TIMEOUT_MS,
  })
  await writeFile(record, wanted)
}
