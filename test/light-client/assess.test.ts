import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../src/errors/index.ts'
import { assess, type Situation } from '../../src/light-client/assess.ts'
import type { Head } from '../../src/light-client/types.ts'

const head: Head = {
  kind: 'optimistic',
  slot: 100,
  root: '0x01',
  parentRoot: '0x02',
  stateRoot: '0x03',
  fork: 'electra',
  participation: 1,
  slotStartMs: 1_000,
  verifiedAtMs: 1_500,
}

const following: Situation = {
  phase: 'following',
  network: { state: 'connected', peers: 2 },
  wasConnected: true,
  optimistic: head,
  finalized: undefined,
  verifiedSlot: 100,
  currentSlot: 101,
  nowMs: 13_000,
  stalledAfterSlots: 4,
  sync: undefined,
  error: undefined,
}

const unreachable = new LamparaError('bootnodes_unreachable', 'Cannot reach any bootnode')

describe('assess()', () => {
  it('tells the age of the head since its slot began', () => {
    expect(assess(following)).toMatchObject({ state: 'following', peers: 2, headAgeMs: 12_000 })
  })

  it('is stalled when no head was verified for longer than allowed, and says for how many slots', () => {
    expect(assess({ ...following, currentSlot: 104 }).state).toBe('following')
    const stalled = assess({ ...following, currentSlot: 105 })
    expect(stalled.state).toBe('stalled')
    expect(stalled.reason).toContain('5 slots')
  })

  it('is connecting before the first peer and disconnected after the last, with the reason', () => {
    const network = { state: 'disconnected', peers: 0, error: unreachable } as const
    expect(assess({ ...following, network, wasConnected: false, phase: 'starting' })).toMatchObject({
      state: 'connecting',
      error: unreachable,
    })
    const lost = assess({ ...following, network })
    expect(lost).toMatchObject({ state: 'disconnected', error: unreachable, optimistic: head })
    expect(lost.reason).toContain('Cannot reach any bootnode')
  })

  it('keeps failed and stopped whatever the network says', () => {
    const network = { state: 'stopped', peers: 0 } as const
    const tooOld = new LamparaError('checkpoint_too_old', 'Cannot start: too old')
    expect(assess({ ...following, network, phase: 'stopped' }).state).toBe('stopped')
    expect(assess({ ...following, network, phase: 'failed', error: tooOld })).toMatchObject({
      state: 'failed',
      reason: 'Cannot start: too old',
      error: tooOld,
    })
  })

  it('tells how far a sync is, only while it syncs', () => {
    const sync = { startPeriod: 1, period: 3, targetPeriod: 9 }
    expect(assess({ ...following, phase: 'syncing', sync })).toMatchObject({ state: 'syncing', sync })
    expect(assess({ ...following, sync }).sync).toBeUndefined()
  })
})
