import { canBe, readReference } from './match-tests.ts'
import type { Claim, Claims } from './types.ts'

/** How a rule stands. */
export type Standing = 'proven' | 'deviates' | 'not yet' | 'dropped'

export function standingOf({ deviates, notYet, dropped }: Claim): Standing {
  if (dropped !== undefined) return 'dropped'
  if (notYet !== undefined) return 'not yet'
  return deviates !== undefined ? 'deviates' : 'proven'
}

/** How many stand how. */
export function countStandings(groups: readonly Claims[]): Readonly<Record<Standing, number>> {
  const counts = { proven: 0, deviates: 0, 'not yet': 0, dropped: 0 }
  for (const { rules } of groups) for (const rule of rules) counts[standingOf(rule)]++
  return counts
}

/** A test that ran. */
export interface TestResult {
  /** Relative to the checkout, with forward slashes. */
  readonly file: string
  /** `suite > test` */
  readonly name: string
  readonly status: string
}

/** What is wrong with the rules of a page themselves, a line for each. */
export function faultsIn(documents: readonly Claims[]): string[] {
  const seen = new Set<string>()
  return documents
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => {
      const faults: string[] = []
      if (seen.has(rule.id)) faults.push(`${rule.id}: the id is there twice`)
      seen.add(rule.id)
      const reasons = [rule.deviates, rule.notYet, rule.dropped].filter((reason) => reason !== undefined)
      if (reasons.length > 1) faults.push(`${rule.id}: has more than one reason`)
      if (standingOf(rule) === 'proven' && !rule.tests?.length) faults.push(`${rule.id}: has neither test nor reason`)
      return faults
    })
}

/**
 * The tests that rules name and that are not there, a line for each.
 *
 * @param testsIn - the names of a file's tests; none where there is no such file
 */
export function missingTests(documents: readonly Claims[], testsIn: (file: string) => readonly string[]): string[] {
  return references(documents).flatMap(({ id, reference }) => {
    const { file, name } = readReference(reference)
    return testsIn(file).some((source) => canBe(source, name)) ? [] : [`${id}: there is no test "${reference}"`]
  })
}

/** The tests that rules name and that a run of all tests did not pass, a line for each. */
export function unprovenBy(documents: readonly Claims[], results: readonly TestResult[]): string[] {
  return references(documents).flatMap(({ id, reference }) => {
    const { file, name } = readReference(reference)
    const exact = results.filter((result) => result.file === file && result.name === name)
    const ran = exact.length > 0 ? exact : results.filter((result) => result.file === file && canBe(name, result.name))
    if (ran.length === 0) return [`${id}: "${reference}" did not run`]
    return ran
      .filter(({ status }) => status !== 'passed')
      .map((result) => `${id}: "${result.file} > ${result.name}" ${result.status}`)
  })
}

function references(documents: readonly Claims[]): { readonly id: string; readonly reference: string }[] {
  return documents
    .flatMap(({ rules }) => rules)
    .flatMap(({ id, tests = [] }) => tests.map((reference) => ({ id, reference })))
}
