import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOrThrow } from './run.ts'
import { vendorSsz } from './vendor-ssz.ts'

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const packed = join(root, '.cache/packed')

/** Compiles `src` to a fresh `dist`. */
export async function buildPackage(): Promise<void> {
  await rm(join(root, 'dist'), { recursive: true, force: true })
  await runOrThrow('tsc', ['-p', 'tsconfig.build.json'], { cwd: root })
  await vendorSsz(root)
}

/** Packs what `npm publish` would upload. @returns the tarball's path */
export async function packPackage(): Promise<string> {
  await rm(packed, { recursive: true, force: true })
  await mkdir(packed, { recursive: true })
  await runOrThrow('npm', ['pack', '--ignore-scripts', '--pack-destination', packed], { cwd: root })
  return packedTarball()
}

/** The tarball that the last `packPackage()` left. @throws when there is none */
export async function packedTarball(): Promise<string> {
  const name = existsSync(packed) ? (await readdir(packed)).find((file) => file.endsWith('.tgz')) : undefined
  if (name === undefined) throw new Error('Cannot find the packed tarball: run `npm run pack` first')
  return join(packed, name)
}

/** Installs a tarball as the one dependency of an empty project, as a user would. */
export async function installTarball(tarball: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n')
  await runOrThrow('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], { cwd: folder })
}

/** What a project's installation weighs: packages, and megabytes (10⁶ bytes) of files. */
export async function weighInstallation(folder: string): Promise<{ packages: number; megabytes: number }> {
  const lock = JSON.parse(await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>
  }
  const entries = await readdir(join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size))
  return { packages: Object.keys(lock.packages).length, megabytes: sizes.reduce((a, b) => a + b, 0) / 1e6 }
}
