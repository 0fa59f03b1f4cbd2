// After a change of dependencies on a registry with holes: names in the lockfile what npm left out of it. `npm run lockfile --
// FOLDER` does it for the lockfile of another folder.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Lockfile, missingFromLockfile } from './support/lockfile.ts'
import { root } from './support/package.ts'

const file = join(root, process.argv[2] ?? '.', 'package-lock.json')
const lockfile = JSON.parse(await readFile(file, 'utf8')) as Lockfile
const missing = missingFromLockfile(lockfile)
const sorted = Object.entries({ ...lockfile.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'))
await writeFile(file, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
console.log(`${Object.keys(missing).length} packages for other platforms added to the lockfile`)
