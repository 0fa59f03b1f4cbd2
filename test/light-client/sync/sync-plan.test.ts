import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_UPDATES_PER_REQUEST, nextSyncStep } from '../../../src/light-client/sync/sync-plan.ts'

const position = { finalizedPeriod: 10, optimisticPeriod: 10, nextSyncCommitteeKnown: false, currentPeriod: 10 }

describe('nextSyncStep()', () => {
  it("asks for the store's own period while its next committee is unknown", () => {
    expect(nextSyncStep(position)).toEqual({ kind: 'updates', startPeriod: 10, count: 1 })
  })

  it('asks from the period after the finalized one up to the present one', () => {
    expect(nextSyncStep({ ...position, nextSyncCommitteeKnown: true, currentPeriod: 14 })).toEqual({
      kind: 'updates',
      startPeriod: 11,
      count: 4,
    })
  })

  it('follows when the finalized period is the present or the last one and the committee is known', () => {
    expect(nextSyncStep({ ...position, nextSyncCommitteeKnown: true })).toEqual({ kind: 'follow' })
    expect(nextSyncStep({ ...position, nextSyncCommitteeKnown: true, currentPeriod: 11 })).toEqual({ kind: 'follow' })
  })

  it('follows when the optimistic head has left the finalized period: that committee is not what is missing', () => {
    expect(nextSyncStep({ ...position, optimisticPeriod: 11, currentPeriod: 11 })).toEqual({ kind: 'follow' })
  })

  it('never asks for the past, for nothing, or for more than a request may carry', () => {
    const period = fc.integer({ min: 0, max: 5000 })
    fc.assert(
      fc.property(period, period, period, fc.boolean(), (finalizedPeriod, ahead, currentPeriod, known) => {
        const step = nextSyncStep({
          finalizedPeriod,
          optimisticPeriod: finalizedPeriod + (ahead % 2),
          nextSyncCommitteeKnown: known,
          currentPeriod,
        })
        if (step.kind === 'follow') return
        expect(step.startPeriod).toBeGreaterThanOrEqual(finalizedPeriod)
        expect(step.count).toBeGreaterThanOrEqual(1)
        expect(step.count).toBeLessThanOrEqual(MAX_UPDATES_PER_REQUEST)
      }),
    )
  })
})
