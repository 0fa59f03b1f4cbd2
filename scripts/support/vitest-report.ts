/** What is used of the report of vitest's JSON reporter. */
export interface VitestReport {
  readonly testResults: readonly FileResult[]
}

interface FileResult {
  /** The file's path. */
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
}

export interface Failure {
  readonly file: string
  /** The file and the test, for people. */
  readonly name: string
}

/** Lists the tests that failed. A file that failed without a failing test does not load, and counts as one. */
export function failuresIn({ testResults }: VitestReport): Failure[] {
  return testResults.flatMap(({ name: file, status, assertionResults }) => {
    const failing = assertionResults.filter((test) => test.status === 'failed')
    if (failing.length === 0) return status === 'failed' ? [{ file, name: `${file} does not load` }] : []
    return failing.map(({ fullName }) => ({ file, name: `${file}: ${fullName}` }))
  })
}

export function passedIn({ testResults }: VitestReport): number {
  return testResults.flatMap((file) => file.assertionResults).filter(({ status }) => status === 'passed').length
}

/** Puts the files of a second run in the place of the same files of the first. */
export function withSecondRun(first: VitestReport, second: VitestReport): VitestReport {
  const again = new Map(second.testResults.map((file) => [file.name, file]))
  return { ...first, testResults: first.testResults.map((file) => again.get(file.name) ?? file) }
}
