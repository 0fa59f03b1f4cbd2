import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import {
  computeStatus,
  type StatusInputs,
  sameLightClientStatus,
} from '../../../src/light-client/status/compute-status.ts'
import type { Head } from '../../../src/light-client/types.ts'

const head: Head = {
  kind: 'optimistic',
  slot: 100,
  root: '0x01',
  parentRoot: '0x02',
  stateRoot: '0x03',
  fork: 'electra',
  participation: 1,
  supermajority: true,
  agreement: { paths: 1, asked: 1 },
  slotStartMs: 1_000,
  verifiedAtMs: 1_500,
}

const following: StatusInputs = {
  phase: 'following',
  network: { state: 'connected', peers: 2 },
  wasConnected: true,
  optimistic: head,
  finalized: undefined,
  withheld: undefined,
  currentSlot: 101,
  slotsWithoutProgress: 0,
  now: () => 13_000,
  stalledAfterSlots: 4,
  sync: undefined,
  evidence: [],
  conflict: undefined,
  skew: undefined,
  error: undefined,
}

const unreachable = new LamparaError('bootnodes_unreachable', 'Cannot reach any bootnode')

describe('assess()', () => {
  it('tells the age of the head since its slot began', () => {
    expect(computeStatus(following)).toMatchObject({ state: 'following', peers: 2, headAgeMs: 12_000 })
  })

  it('reads the age of the head from the clock whenever it is asked', () => {
    let nowMs = 13_000
    const status = computeStatus({ ...following, now: () => nowMs })
    nowMs = 61_000
    expect(status.headAgeMs).toBe(60_000)
    expect({ ...status }.headAgeMs).toBe(60_000)
  })

  it('says the same while only the head grows older, and not once anything else changes', () => {
    const status = computeStatus(following)
    expect(sameLightClientStatus(status, computeStatus({ ...following, now: () => 20_000 }))).toBe(true)
    const sync = { startPeriod: 1, period: 3, targetPeriod: 9 }
    const syncing = { ...following, phase: 'syncing', sync } as const
    const others: StatusInputs[] = [
      { ...following, currentSlot: 160 },
      { ...following, network: { state: 'connected', peers: 3 } },
      { ...following, optimistic: { ...head } },
      { ...following, finalized: head },
      { ...following, error: unreachable },
      { ...following, phase: 'stopped' },
      syncing,
    ]
    for (const inputs of others) expect(sameLightClientStatus(status, computeStatus(inputs))).toBe(false)
    const further = { ...syncing, sync: { ...sync, targetPeriod: 10 } }
    expect(sameLightClientStatus(computeStatus(syncing), computeStatus(further))).toBe(false)
  })

  it('says in each state but one what helps', () => {
    const helps = (inputs: Partial<StatusInputs>) => computeStatus({ ...following, ...inputs }).help
    expect(helps({})).toBeUndefined()
    expect(helps({ currentSlot: 160 })).toContain('more peers')
    expect(helps({ network: { state: 'disconnected', peers: 0 } })).toContain('network.check()')
    for (const phase of ['bootstrapping', 'syncing', 'failed', 'stopped'] as const) {
      expect(helps({ phase })).toEqual(expect.any(String))
    }
  })

  it('has no peers once it is stopped, whoever else uses the network', () => {
    expect(computeStatus({ ...following, phase: 'stopped' }).peers).toBe(0)
  })

  it('says why nobody can be reached rather than what went wrong with those that could be', () => {
    const old = new LamparaError('unexpected_end', 'Unexpected EOF')
    const network = { state: 'disconnected', peers: 0, error: unreachable } as const
    expect(computeStatus({ ...following, network, error: old }).error).toBe(unreachable)
    expect(computeStatus({ ...following, error: old }).error).toBe(old)
  })

  it('is stalled when no head was verified for longer than allowed, and says for how many slots', () => {
    expect(computeStatus({ ...following, currentSlot: 104 }).state).toBe('following')
    const stalled = computeStatus({ ...following, currentSlot: 105 })
    expect(stalled.state).toBe('stalled')
    expect(stalled.message).toContain('5 slots')
  })

  it('is stalled, and names who answers with what, when peers hold heads back', () => {
    const evidence = [
      { peer: '16Uiu2A', slot: 50 },
      { peer: '16Uiu2B', error: new LamparaError('resource_unavailable', 'Cannot get it') },
    ]
    const { state, message } = computeStatus({ ...following, currentSlot: 160, evidence })
    expect(state).toBe('stalled')
    expect(message).toContain('16Uiu2A answers with slot 50')
    expect(message).toContain('16Uiu2B has no head to give (resource_unavailable)')
    expect(message).toContain('more peers, or a newer checkpoint, help')
  })

  it('is stalled when the newest verified head is withheld, and says what it lacks', () => {
    const few = { slot: 158, because: 'participation', participation: 0.7, wanted: 0.9 } as const
    expect(computeStatus({ ...following, currentSlot: 160, withheld: few })).toMatchObject({ state: 'stalled' })
    expect(computeStatus({ ...following, currentSlot: 160, withheld: few }).message).toContain(
      '70.0 % of the committee, 90.0 %',
    )
    const alone = { slot: 158, because: 'agreement', paths: 1, wanted: 2 } as const
    expect(computeStatus({ ...following, currentSlot: 160, withheld: alone }).message).toContain(
      '1 of 2 independent paths',
    )
  })

  it('is stalled, not following, when the head is of a slot that has not begun by our clock', () => {
    const { state, message } = computeStatus({ ...following, currentSlot: 95 })
    expect(state).toBe('stalled')
    expect(message).toContain('5 slots ahead of this machine’s clock'.replace('’', "'"))
  })

  it('says that the clock is wrong where peers agree on it', () => {
    const skew = { offsetMs: 20_000, agreeing: 3, of: 4 }
    const { state, message, error } = computeStatus({ ...following, currentSlot: 160, skew })
    expect(state).toBe('stalled')
    expect(error?.code).toBe('clock_skewed')
    expect(message).toContain("This machine's clock seems 20 s slow")
  })

  it('is stalled while catching up does not move on', () => {
    const sync = { startPeriod: 1, period: 3, targetPeriod: 9 }
    const stuck = computeStatus({ ...following, phase: 'syncing', sync, slotsWithoutProgress: 5 })
    expect(stuck.state).toBe('stalled')
    expect(stuck.message).toContain('beyond period 3 of 9')
  })

  it('is connecting before the first peer and disconnected after the last, with the reason', () => {
    const network = { state: 'disconnected', peers: 0, error: unreachable } as const
    expect(computeStatus({ ...following, network, wasConnected: false, phase: 'starting' })).toMatchObject({
      state: 'connecting',
      error: unreachable,
    })
    const lost = computeStatus({ ...following, network })
    expect(lost).toMatchObject({ state: 'disconnected', error: unreachable, optimistic: head })
    expect(lost.message).toContain('Cannot reach any bootnode')
  })

  it('keeps failed and stopped whatever the network says', () => {
    const network = { state: 'stopped', peers: 0 } as const
    const tooOld = new LamparaError('checkpoint_too_old', 'Cannot start: too old')
    expect(computeStatus({ ...following, network, phase: 'stopped' }).state).toBe('stopped')
    expect(computeStatus({ ...following, network, phase: 'failed', error: tooOld })).toMatchObject({
      state: 'failed',
      message: 'Cannot start: too old',
      error: tooOld,
    })
  })

  it('tells how far a sync is, only while it syncs', () => {
    const sync = { startPeriod: 1, period: 3, targetPeriod: 9 }
    expect(computeStatus({ ...following, phase: 'syncing', sync })).toMatchObject({ state: 'syncing', sync })
    expect(computeStatus({ ...following, sync }).sync).toBeUndefined()
  })
})
