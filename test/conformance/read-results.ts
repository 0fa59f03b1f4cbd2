import { relative, sep } from 'node:path'
import type { TestResult } from './check.ts'

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
    }[]
  }[]
}

/** Takes the tests out of what vitest's JSON reporter wrote. */
export function readResults(json: string, root: string): TestResult[] {
  const { testResults } = JSON.parse(json) as Report
  return testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      file: relative(root, file).split(sep).join('/'),
      name: [...ancestorTitles, title].join(' > '),
      status,
    })),
  )
}
