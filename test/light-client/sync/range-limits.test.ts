import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { createRangeLimits } from '../../../src/light-client/sync/range-limits.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'

const refusal = new LamparaError('resource_unavailable', 'Cannot get it')

describe('how many updates a peer is asked for', () => {
  it('is halved after each refusal, down to one', () => {
    const limits = createRangeLimits(createFakeClock())
    const asked: number[] = []
    for (let wanted = 46, again = true; again; ) {
      wanted = limits.limit('peer', 46)
      asked.push(wanted)
      again = limits.noteFailure('peer', refusal, wanted)
    }
    expect(asked).toEqual([46, 23, 11, 5, 2, 1])
  })

  it('stays small for that peer alone', () => {
    const limits = createRangeLimits(createFakeClock())
    limits.noteFailure('peer', refusal, 46)
    limits.noteProgress('peer')
    expect(limits.limit('peer', 46)).toBe(23)
    expect(limits.limit('other', 46)).toBe(46)
  })

  it('is none for a while after a single update was refused, longer each time until there is progress', async () => {
    const clock = createFakeClock()
    const limits = createRangeLimits(clock)
    const waits: number[] = []
    for (let round = 0; round < 5; round++) {
      expect(limits.noteFailure('peer', refusal, 1)).toBe(false)
      const startMs = clock.now()
      while (!limits.mayAsk('peer')) await clock.advance(1_000)
      waits.push((clock.now() - startMs) / 1_000)
    }
    expect(waits).toEqual([10, 20, 40, 60, 60])
    limits.noteProgress('peer')
    limits.noteFailure('peer', refusal, 1)
    await clock.advance(10_000)
    expect(limits.mayAsk('peer')).toBe(true)
  })

  it('is left alone by a failure that has nothing to do with the size', () => {
    const limits = createRangeLimits(createFakeClock())
    expect(limits.noteFailure('peer', new LamparaError('peer_disconnected', 'It went away'), 46)).toBe(false)
    expect(limits.noteFailure('peer', new TypeError('ours'), 46)).toBe(false)
    expect(limits.limit('peer', 46)).toBe(46)
  })
})
