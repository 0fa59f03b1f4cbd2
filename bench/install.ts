import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import budgets from '../scripts/budgets.json' with { type: 'json' }
import { buildPackage, installTarball, packPackage, weighInstallation } from '../scripts/support/package.ts'
import type { Report } from './support/figure.ts'

/** What installing the packed package into an empty project brings. */
export async function run(report: Report): Promise<void> {
  await buildPackage()
  const tarball = await packPackage()
  const folder = await mkdtemp(join(tmpdir(), 'lampara-installed-'))
  try {
    await installTarball(tarball, folder)
    const { packages, megabytes } = await weighInstallation(folder)
    const figure = { better: 'lower', samples: 1 } as const
    report({ name: 'install/packages', value: packages, unit: 'packages', goal: budgets.installedPackages, ...figure })
    report({ name: 'install/size', value: megabytes, unit: 'MB', goal: budgets.installedMegabytes, ...figure })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
