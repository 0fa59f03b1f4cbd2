import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../src/errors/index.ts'
import { runCampaign } from './engine/campaign.ts'
import { allocate, pass, places } from './engine/coverage.ts'
import { instrument } from './engine/instrument.ts'
import { insist, type Target } from './engine/target.ts'

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

/** Breaks on the word alone, behind one branch a letter; guessing it outright would take four thousand million inputs. */
function magicWord(word: string, told: boolean): Target {
  const first = places(word.length)
  return {
    seeds: [],
    codes: ['ssz_invalid'],
    run(input) {
      for (let i = 0; i < word.length; i++) {
        if (input[i] !== word.charCodeAt(i)) throw new LamparaError('ssz_invalid', 'another word')
        if (told) pass(first + i)
      }
      throw new TypeError('broken')
    },
  }
}

/** Ends with whatever `end` throws. */
const endingBy = (end: (input: Uint8Array) => string): Target => ({ seeds: [], codes: ['ssz_invalid'], run: end })

describe('a fuzzing campaign', () => {
  it('finds what lies behind branches that it knows, and makes the input small', async () => {
    const { failure } = await runCampaign(magicWord('FUZZ', true), { inputs: 200_000, seed: 1 })
    expect(failure?.wrong).toBe('TypeError: broken')
    expect(text(failure!.input)).toBe('FUZZ')
  })

  it('does not find it blindly', async () => {
    const { failure, inputs } = await runCampaign(magicWord('FUZZ', false), { inputs: 50_000, seed: 1 })
    expect(failure).toBeUndefined()
    expect(inputs).toBe(50_000)
  })

  it('tries the same inputs with the same seed', async () => {
    const tried = async (seed: number): Promise<string[]> => {
      const inputs: string[] = []
      await runCampaign(magicWord('FUZZ', true), { inputs: 500, seed, before: (input) => inputs.push(text(input)) })
      return inputs
    }
    expect(await tried(7)).toEqual(await tried(7))
    expect(await tried(8)).not.toEqual(await tried(7))
  })

  it.each<readonly [string, string, (input: Uint8Array) => string]>([
    ['an error of another kind', 'RangeError: off', () => raise(new RangeError('off'))],
    [
      'a code that is not documented',
      'threw timeout, which is not documented: LamparaError: slow [timeout]',
      () => raise(new LamparaError('timeout', 'slow')),
    ],
    ['a property that does not hold', 'Finding: is odd', (input) => String(insist(input.length > 1e9, 'is odd'))],
    [
      'a message as long as what was sent',
      'has a message of 3014 characters',
      () => raise(new LamparaError('ssz_invalid', 'x'.repeat(3_000))),
    ],
    ['an array beyond the bound', 'asked for an array of 100000, more than 65536', () => String(allocate(100_000))],
    ['work out of proportion', 'took 300000 steps for 0 bytes', () => passOften(300_000)],
  ])('reports %s', async (_, wrong, end) => {
    expect((await runCampaign(endingBy(end), { inputs: 5, seed: 1 })).failure?.wrong).toBe(wrong)
  })

  it('counts how each input ended', async () => {
    const target = endingBy((input) =>
      input.length % 2 === 0 ? 'even' : raise(new LamparaError('ssz_invalid', 'odd')),
    )
    const { outcomes, inputs } = await runCampaign(target, { inputs: 1_000, seed: 1 })
    expect(outcomes.ok! + outcomes.ssz_invalid!).toBe(inputs)
    expect(outcomes.ssz_invalid).toBeGreaterThan(0)
  })
})

describe('an instrumented module', () => {
  it('does what it did, and tells each branch and each array', async () => {
    const coverage = moduleOf(`
      export const told = { places: 0, passed: new Set(), arrays: [] }
      export const places = (count) => (told.places += count, 0)
      export const pass = (place) => told.passed.add(place)
      export const allocate = (size) => (told.arrays.push(size), size)`)
    const source = `
      export function twice(n: number): number[] | undefined {
        if (n > 2) return undefined
        for (let i = 0; i < n; i++) new Uint8Array(10 * n)
        return n === 0 ? [] : [n ?? 1, n && 2 * n]
      }`
    const { twice } = await import(/* @vite-ignore */ moduleOf(instrument(source, 'twice.ts', coverage)))
    const { told } = await import(/* @vite-ignore */ coverage)
    expect([twice(3), twice(0), twice(2)]).toEqual([undefined, [], [2, 4]])
    expect(told.arrays).toEqual([20, 20])
    // All but the one behind `??`, which is never taken.
    expect(told.passed.size).toBe(told.places - 1)
  })
})

function raise(error: Error): never {
  throw error
}

function passOften(times: number): string {
  const place = places(1)
  for (let i = 0; i < times; i++) pass(place)
  return ''
}

function moduleOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`
}
