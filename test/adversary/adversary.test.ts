import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runSchedule } from './fake-chain-network.ts'
import { schedules } from './schedule.ts'

describe('a light client among adversaries', () => {
  it('shows no wrong head and keeps up where one honest path is up', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const { violations } = await runSchedule(schedule)
        expect(violations).toEqual([])
      }),
      { numRuns: 200, seed: 20261201 },
    )
  }, 300_000)
})
