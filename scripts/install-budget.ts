// Fails when installing the package brings more packages or megabytes than its budget.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import budgets from './budgets.json' with { type: 'json' }
import { installTarball, packedTarball, weighInstallation } from './support/package.ts'

const folder = await mkdtemp(join(tmpdir(), 'lampara-installed-'))
try {
  await installTarball(await packedTarball(), folder)
  const { packages, megabytes } = await weighInstallation(folder)
  console.log(`installed packages: ${packages} of ${budgets.installedPackages}`)
  console.log(`installed megabytes: ${megabytes.toFixed(1)} of ${budgets.installedMegabytes}`)
  process.exitCode = packages > budgets.installedPackages || megabytes > budgets.installedMegabytes ? 1 : 0
} finally {
  await rm(folder, { recursive: true, force: true })
}
