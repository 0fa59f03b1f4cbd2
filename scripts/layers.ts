// Checks which way imports point in the folder it is run in, once for each branch of `#platform`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
  readonly cycle?: readonly { readonly name: string }[]
}

const cruiser = fileURLToPath(new URL('../node_modules/.bin/depcruise', import.meta.url))
const branches = { node: 'tsconfig.json', browser: 'tsconfig.browser.json' }
let failed = false

for (const [branch, tsconfig] of Object.entries(branches)) {
  const args = ['--config', '.dependency-cruiser.mjs', '--ts-config', tsconfig, '--output-type', 'json', 'src', 'demo']
  const run = spawnSync(process.execPath, [cruiser, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (!run.stdout.startsWith('{')) throw new Error(`Cannot check imports (${branch}): ${run.stdout}${run.stderr}`)
  const { summary } = JSON.parse(run.stdout) as {
    readonly summary: { readonly violations: readonly Violation[]; readonly totalCruised: number }
  }
  for (const { rule, from, to, cycle } of summary.violations) {
    const path = cycle === undefined ? to : cycle.map(({ name }) => name).join(' → ')
    console.log(`#platform=${branch}: ${rule.name}: ${from} → ${path}`)
  }
  console.log(`#platform=${branch}: ${summary.totalCruised} files, ${summary.violations.length} wrong imports`)
  failed ||= summary.violations.length > 0
}
process.exitCode = failed ? 1 : 0
