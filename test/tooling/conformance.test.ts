import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { faultsIn, missingTests, unprovenBy } from '../conformance/check.ts'
import { collectTests } from '../conformance/collect-tests.ts'
import { conformancePage } from '../conformance/page.ts'
import { readResults } from '../conformance/read-results.ts'
import { documents } from '../conformance/rules/index.ts'
import { testsIn } from '../conformance/tests-in.ts'
import type { SpecDocument } from '../conformance/types.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the conformance page', () => {
  it('has a test or a reason for every rule', () => {
    expect(faultsIn(documents)).toEqual([])
  })

  it('names only tests that there are', () => {
    expect(missingTests(documents, testsIn)).toEqual([])
  })

  it('is what `npm run conformance` makes of the rules', () => {
    expect(readFileSync(join(root, 'docs/conformance.md'), 'utf8')).toBe(conformancePage(documents))
  })
})

const file = 'test/a.test.ts'
const name = 'a suite > does a thing'
/** One rule that names tests. */
const naming = (...tests: string[]): SpecDocument[] => [
  { spec: 'x.md', rules: [{ id: 'x', section: 's', level: 'MUST', rule: 'r', tests }] },
]
const written = (text: string) => (path: string) => (path === file ? collectTests(text) : [])

describe('a test that a rule names', () => {
  const reference = `${file} > ${name}`

  it.each([
    ['as it is', `describe('a suite', () => { it('does a thing', () => {}) })`],
    ['with a template', `for (const what of all) describe('a suite', () => { it(\`does a \${what}\`, () => {}) })`],
    [
      'with a table',
      `describe.skipIf(!available).each(kinds)('a %s', () => { it.each(table)('does $what', () => {}) })`,
    ],
    ['in a function', `function both() { describe('a suite', () => { if (here) it('does a thing', () => {}) }) }`],
  ])('is found %s', (_, text) => {
    expect(missingTests(naming(reference), written(text))).toEqual([])
  })

  it.each([
    ['renamed', `describe('a suite', () => { it('does the thing', () => {}) })`],
    ['in another suite', `describe('another suite', () => { it('does a thing', () => {}) })`],
    ['skipped', `describe('a suite', () => { it.skip('does a thing', () => {}) })`],
    ['in a suite that is skipped', `describe.skip('a suite', () => { it('does a thing', () => {}) })`],
    ['still to be written', `describe('a suite', () => { it.todo('does a thing') })`],
    ['skipped by its options', `describe('a suite', () => { it('does a thing', { skip: true }, () => {}) })`],
    ['commented out', `describe('a suite', () => { /* it('does a thing', () => {}) */ })`],
    ['deleted', ''],
  ])('is missed when it is %s', (_, text) => {
    expect(missingTests(naming(reference), written(text))).toEqual([`x: there is no test "${reference}"`])
  })

  it('is missed when its file is', () => {
    expect(missingTests(naming(`test/gone.test.ts > ${name}`), testsIn)).toHaveLength(1)
  })

  it('is not proven by a run that skipped it, failed it, or left it out', () => {
    const report = (title: string, status: string) =>
      readResults(
        JSON.stringify({
          testResults: [{ name: join(root, file), assertionResults: [{ ancestorTitles: ['a suite'], title, status }] }],
        }),
        root,
      )
    expect(unprovenBy(naming(reference), report('does a thing', 'passed'))).toEqual([])
    expect(unprovenBy(naming(`${file} > a suite > does $what`), report('does a thing', 'passed'))).toEqual([])
    expect(unprovenBy(naming(reference), report('does a thing', 'skipped'))).toEqual([`x: "${reference}" skipped`])
    expect(unprovenBy(naming(reference), report('does a thing', 'failed'))).toEqual([`x: "${reference}" failed`])
    expect(unprovenBy(naming(reference), report('does another', 'passed'))).toEqual([`x: "${reference}" did not run`])
  })
})

describe('a rule', () => {
  it('without a test needs a reason', () => {
    const [document] = naming()
    expect(faultsIn([document!])).toEqual(['x: has neither test nor reason'])
    const excused = { ...document!, rules: [{ ...document!.rules[0]!, notYet: 'later' }] }
    expect(faultsIn([excused])).toEqual([])
    expect(faultsIn([excused, excused])).toEqual(['x: the id is there twice'])
  })
})
