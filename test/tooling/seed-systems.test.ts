import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { faultsIn, missingTests } from '../conformance/check.ts'
import { systems } from '../conformance/seeds/index.ts'
import { seedPage } from '../conformance/seeds/page.ts'
import { testsIn } from '../conformance/tests-in.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('the page on the systems before us', () => {
  it('has every row of each system, in order', () => {
    const counts = systems.map(({ rules }) => rules.length)
    expect(counts).toEqual([9, 13, 10, 7])
    for (const { rules } of systems) {
      const [name] = rules[0]!.id.split('/')
      expect(rules.map(({ id }) => id)).toEqual(rules.map((_, index) => `${name}/${index + 1}`))
    }
  })

  it('has a test or a reason for every row', () => {
    expect(faultsIn(systems)).toEqual([])
  })

  it('names only tests and files that there are', () => {
    expect(missingTests(systems, testsIn)).toEqual([])
    const files = systems.flatMap(({ rules }) => rules.flatMap(({ at = [] }) => at))
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('is what `npm run conformance` makes of the rows', () => {
    expect(readFileSync(join(root, 'docs/seed-systems.md'), 'utf8')).toBe(seedPage(systems))
  })
})
