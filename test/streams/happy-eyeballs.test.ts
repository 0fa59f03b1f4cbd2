import { describe, expect, it } from 'vitest'
import { happyEyeballs } from '../../src/streams/happy-eyeballs.ts'
import { createFakeClock, settle } from '../kit/fake-clock.ts'

/** Attempts that a test ends by hand, and what was begun, aborted and late. */
function race(count: number, signal?: AbortSignal) {
  const clock = createFakeClock()
  const begun: { resolve: (value: string) => void; reject: (error: Error) => void; signal: AbortSignal }[] = []
  const late: string[] = []
  const attempts = Array.from({ length: count }, () => (ending: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    begun.push({ resolve, reject, signal: ending })
    return promise
  })
  const won = happyEyeballs(attempts, { clock, gapMs: 250, signal, onSurplus: (value) => late.push(value) })
  won.catch(() => {})
  return { clock, begun, late, won }
}

describe('staggered()', () => {
  it('begins with the first alone, and gives the next its turn after the gap', async () => {
    const { clock, begun } = race(3)
    await clock.advance(249)
    expect(begun).toHaveLength(1)
    await clock.advance(1)
    expect(begun).toHaveLength(2)
    await clock.advance(10_000)
    expect(begun).toHaveLength(3)
    expect(clock.pending).toBe(0)
  })

  it('begins the next at once when one fails', async () => {
    const { clock, begun } = race(3)
    begun[0]!.reject(new Error('refused'))
    await settle()
    expect(begun).toHaveLength(2)
    await clock.advance(249)
    expect(begun).toHaveLength(2)
    await clock.advance(1)
    expect(begun).toHaveLength(3)
  })

  it('gives what succeeds first, aborts the others, and hands on what comes late', async () => {
    const { clock, begun, late, won } = race(3)
    await clock.advance(250)
    begun[1]!.resolve('second')
    await expect(won).resolves.toBe('second')
    expect(begun.map(({ signal }) => signal.aborted)).toEqual([true, false])
    begun[0]!.resolve('first')
    await clock.advance(10_000)
    expect(late).toEqual(['first'])
    expect(begun).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('fails with the reasons in their order when each has failed', async () => {
    const { clock, begun, won } = race(2)
    await clock.advance(250)
    begun[1]!.reject(new Error('b'))
    begun[0]!.reject(new Error('a'))
    await expect(won).rejects.toMatchObject({ errors: [new Error('a'), new Error('b')] })
    expect(clock.pending).toBe(0)
  })

  it('ends with the signal, aborting what is under way', async () => {
    const controller = new AbortController()
    const { clock, begun, late, won } = race(2, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(won).rejects.toBe(reason)
    expect(begun[0]!.signal.aborted).toBe(true)
    begun[0]!.resolve('late')
    await clock.advance(10_000)
    expect(begun).toHaveLength(1)
    expect(late).toEqual(['late'])
  })

  it('begins nothing when the signal has aborted already', async () => {
    const { begun, won } = race(2, AbortSignal.abort(new Error('enough')))
    await expect(won).rejects.toThrow('enough')
    expect(begun).toEqual([])
  })
})
