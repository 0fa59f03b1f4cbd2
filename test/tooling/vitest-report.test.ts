import { describe, expect, it } from 'vitest'
import { failuresIn, passedIn, withSecondRun } from '../../scripts/support/vitest-report.ts'

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status, index) => ({ fullName: `test ${index}`, status })),
})

describe('a report of vitest', () => {
  it('lists each test that failed', () => {
    const report = { testResults: [file('a', 'passed', 'failed'), file('b', 'passed'), file('c', 'failed', 'skipped')] }
    expect(failuresIn(report)).toEqual([
      { file: 'a', name: 'a: test 1' },
      { file: 'c', name: 'c: test 0' },
    ])
    expect(passedIn(report)).toBe(2)
  })

  it('counts a file that does not load as one failure', () => {
    const report = { testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] }
    expect(failuresIn(report)).toEqual([{ file: 'a', name: 'a does not load' }])
  })

  it('takes the second run of a file in place of the first, and leaves the others', () => {
    const first = { testResults: [file('a', 'passed', 'failed'), file('b', 'failed')] }
    const merged = withSecondRun(first, { testResults: [file('a', 'passed', 'passed')] })
    expect(failuresIn(merged)).toEqual([{ file: 'b', name: 'b: test 0' }])
    expect(passedIn(merged)).toBe(2)
  })
})
