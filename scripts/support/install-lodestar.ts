import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './package.ts'
import { runOrThrow } from './run.ts'

/** Folders of beacon nodes, each with a lockfile of its own. */
const folders = ['test/interop/lodestar', 'test/interop/lodestar-modern']
const INSTALL_TIMEOUT_MS = 240_000

/** Installs both beacon nodes, an old one and a new one, unless they are there as their lockfiles say. @throws when npm fails, with its output */
export async function installLodestar(): Promise<void> {
  for (const folder of folders) await install(join(root, folder))
}

async function install(folder: string): Promise<void> {
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
