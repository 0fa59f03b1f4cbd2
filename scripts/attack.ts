// `npm run test:attack [-- WORD]`: a bootnode in a process of its own under every attack, or those whose name has the word, while
// honest clients follow. Prints the table.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableHead } from '../test/attack/process/table.ts'
import { root } from './support/package.ts'
import { run } from './support/run.ts'

const TIMEOUT_MS = 3_600_000
const folder = await mkdtemp(join(tmpdir(), 'lampara-attack-'))
try {
  const table = join(folder, 'table.md')
  await writeFile(table, tableHead)
  const chosen = process.argv.slice(2).flatMap((word) => ['-t', word])
  const args = ['run', 'test/attack/process', ...chosen]
  const env = { LAMPARA_ATTACK_TABLE: table }
  const { status } = await run('vitest', args, { cwd: root, env, show: true, timeoutMs: TIMEOUT_MS })
  console.log(`\n${await readFile(table, 'utf8')}`)
  process.exitCode = status
} finally {
  await rm(folder, { recursive: true, force: true })
}
