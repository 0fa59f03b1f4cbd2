import { countStandings, standingOf } from './check.ts'
import { link, table } from './markdown.ts'
import type { Outside, Rule, SpecDocument } from './types.ts'

/** The specification that the rules were read from. */
export const specification = {
  version: 'v1.7.0-alpha.13 and 16 commits',
  commit: 'a08d8a6e2b45f0b8c0d379abc15583427c643689',
  date: '7 August 2026',
} as const

/** The page of the documentation. */
export function conformancePage(documents: readonly SpecDocument[]): string {
  const counts = countStandings(documents)
  const total = counts.proven + counts.deviates + counts['not yet']
  return `${[
    '<!-- Made by `npm run conformance` from test/conformance. Do not edit. -->',
    '# Conformance',
    `What the Ethereum consensus specifications ask of a light client on the wire, from phase0 to Fulu and for light-client data to Gloas, and the test that shows each. Read from [consensus-specs](https://github.com/ethereum/consensus-specs/tree/${specification.commit}) (${specification.version}, ${specification.date}), in our own words; \`states\` marks what is laid down without MUST or SHOULD. Made by \`npm run conformance\` from \`test/conformance\`; \`npm test\` fails when a test named here is gone, renamed, skipped or failing.`,
    `**${total} rules: ${counts.proven} proven, ${counts.deviates} kept otherwise for a reason, ${counts['not yet']} not kept yet.**`,
    open(documents),
    ...documents.map(section),
  ].join('\n\n')}\n`
}

function open(documents: readonly SpecDocument[]): string {
  const rules = documents.flatMap((document) => document.rules.map((rule) => ({ spec: document.spec, rule })))
  const of = (standing: string) => rules.filter(({ rule }) => standingOf(rule) === standing)
  const list = (standing: string, reason: (rule: Rule) => string | undefined): string =>
    of(standing)
      .map(({ rule }) => `- \`${rule.id}\` (${rule.level}): ${reason(rule)}`)
      .join('\n')
  return [
    '## Where we do otherwise',
    list('deviates', ({ deviates }) => deviates),
    '## What is not kept yet',
    list('not yet', ({ notYet }) => notYet),
  ].join('\n\n')
}

function section({ spec, rules, outside = [] }: SpecDocument): string {
  const url = `https://github.com/ethereum/consensus-specs/blob/${specification.commit}/specs/${spec}`
  const parts = [`## ${spec}`, `[The document](${url}).`]
  if (rules.length > 0) {
    parts.push(table(['rule', 'section', '', 'asked for', 'shown by'], rules.map(row)))
  }
  if (outside.length > 0) parts.push(['Not for a light client:', '', ...outside.map(left)].join('\n'))
  return parts.join('\n\n')
}

function row(rule: Rule): readonly string[] {
  const shown = (rule.tests ?? []).map(link)
  const standing = standingOf(rule)
  if (standing !== 'proven') shown.push(`**${standing}**, see above`)
  return [`\`${rule.id}\``, rule.section, rule.level, rule.rule, shown.join('<br>')]
}

function left({ what, why }: Outside): string {
  return `- ${what}: ${why}`
}
