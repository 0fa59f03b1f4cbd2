import { countStandings } from '../check.ts'
import { link, table } from '../markdown.ts'
import type { SeedRow, SeedSystem } from './types.ts'

/** The page of the documentation. */
export function seedPage(systems: readonly SeedSystem[]): string {
  const { proven, deviates, 'not yet': notYet, dropped } = countStandings(systems)
  const total = proven + deviates + notYet + dropped
  return `${[
    '<!-- Made by `npm run conformance` from test/conformance/seeds. Do not edit. -->',
    '# What the systems before us do, and what became of it here',
    'Lampara knows, dials, keeps and bans peers as four systems before it do: Ream, CometBFT 0.34, Nimbus, and Tendermint2 of gno. Row by row: what that system does, in our own words; the files in which we do it, and where we do it otherwise, why; the tests that show it. Made by `npm run conformance` from `test/conformance/seeds`; `npm test` fails when a file or test named here is gone, or the test renamed, skipped or failing.',
    `**${total} rows: ${proven} as there, ${deviates} otherwise for a reason, ${notYet} not all there yet, ${dropped} dropped.**`,
    ...systems.map(
      ({ name, rules }) => `## ${name}\n\n${table(['', 'what it does', 'here', 'shown by'], rules.map(row))}`,
    ),
  ].join('\n\n')}\n`
}

function row({ id, does, at = [], tests = [], deviates, notYet, dropped }: SeedRow): readonly string[] {
  const files = at.map((file) => `[${file.replace(/^src\//, '')}](../${file})`).join(', ')
  const words = [
    ...(deviates === undefined ? [] : [`Otherwise: ${deviates}`]),
    ...(notYet === undefined ? [] : [`**Not yet:** ${notYet}`]),
    ...(dropped === undefined ? [] : [`Dropped: ${dropped}`]),
  ]
  return [id, does, [files, ...words].filter(Boolean).join('<br>'), tests.map(link).join('<br>')]
}
