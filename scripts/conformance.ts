// `npm run conformance`: writes docs/conformance.md, docs/seed-systems.md and docs/errors.md. `--results FILE`: reports tests named there that a run
// of all tests, reported by vitest as JSON, did not pass.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unprovenBy } from '../test/conformance/check.ts'
import { conformancePage } from '../test/conformance/page.ts'
import { readResults } from '../test/conformance/read-results.ts'
import { documents } from '../test/conformance/rules/index.ts'
import { systems } from '../test/conformance/seeds/index.ts'
import { seedPage } from '../test/conformance/seeds/page.ts'
import { fixtures } from '../test/kit/fixtures.ts'
import { errorPage, readCodes } from './support/error-page.ts'
import { root } from './support/package.ts'

const { values } = parseArgs({ options: { results: { type: 'string' } } })

if (values.results === undefined) {
  await writeFile(join(root, 'docs/conformance.md'), conformancePage(documents))
  await writeFile(join(root, 'docs/seed-systems.md'), seedPage(systems))
  const codes = await readFile(join(root, 'src/errors/codes.ts'), 'utf8')
  await writeFile(join(root, 'docs/errors.md'), errorPage(readCodes(codes)))
} else {
  const results = readResults(await readFile(values.results, 'utf8'), root)
  // Without recorded data the tests that need it are skipped, and nothing is proven or disproven by that.
  const judged = fixtures.available ? results : results.map((result) => ({ ...result, status: passing(result.status) }))
  const unproven = unprovenBy([...documents, ...systems], judged)
  for (const line of unproven) console.log(line)
  console.log(`${unproven.length} tests that the pages in docs name did not pass`)
  process.exitCode = unproven.length > 0 ? 1 : 0
}

function passing(status: string): string {
  return status === 'failed' ? status : 'passed'
}
