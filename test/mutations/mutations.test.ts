import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mutations } from './mutations.ts'

const pathOf = (file: string): URL => new URL(`../../${file}`, import.meta.url)

describe.each(mutations)('the mutation "$rule"', ({ file, find, tests }) => {
  it('applies to the source in one place, and names tests that exist', () => {
    expect(readFileSync(pathOf(file), 'utf8').split(find)).toHaveLength(2)
    expect(tests.filter((test) => !existsSync(pathOf(test)))).toEqual([])
  })
})
