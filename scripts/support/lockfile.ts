/** A package in npm's lockfile, as far as is needed here. */
export interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** npm's lockfile, version 3. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, Locked>>
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** What `prebuilt-linux-x64-musl` says about where it runs. */
function platformOf(name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = /-musl/.test(name) ? ['musl'] : /-gnu/.test(name) ? ['glibc'] : []
  return {
    ...(os.length > 0 && { os }),
    ...(cpu.length > 0 && { cpu }),
    ...(os.includes('linux') && libc.length > 0 && { libc }),
  }
}

/** Where npm would find `name` from the package at `path`: beside it, or further out. */
function found(packages: Lockfile['packages'], path: string, name: string): boolean {
  if (`${path}/node_modules/${name}` in packages) return true
  const outer = path.lastIndexOf('/node_modules/')
  return outer < 0 ? `node_modules/${name}` in packages : found(packages, path.slice(0, outer), name)
}

/**
 * The prebuilt packages for other platforms that the lockfile should name and does not. npm leaves one out where the
 * registry it resolved from lacks it, and `npm ci` then refuses the lockfile on every machine.
 *
 * @returns new entries, by path
 */
export function missingFromLockfile({ packages }: Lockfile): Record<string, Locked> {
  const missing: Record<string, Locked> = {}
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!/^\d/.test(version) || found(packages, path, name)) continue
      const { os, cpu, libc } = platformOf(name)
      // In npm's own order, so that npm leaves the lines where they are.
      missing[`node_modules/${name}`] = {
        version,
        ...(cpu && { cpu }),
        ...(dev && { dev }),
        ...(libc && { libc }),
        optional: true,
        ...(os && { os }),
      }
    }
  }
  return missing
}
