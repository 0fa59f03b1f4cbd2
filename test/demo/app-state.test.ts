import { LamparaError } from 'lampara'
import { describe, expect, test } from 'vitest'
import { type AppEvent, type AppState, initialState, MAX_LOG_ENTRIES, reduce } from '../../demo/state/app-state.ts'
import { MAX_HISTORY_SLOTS } from '../../demo/state/head-history.ts'
import { chain, sampleHead, samplePeer, sampleStatus } from './samples.ts'

function stateAfter(...events: readonly AppEvent[]): AppState {
  return events.reduce((state, event) => reduce(state, event, 0), initialState)
}

const opened: AppEvent = { type: 'opened', chain }
const following: AppEvent = { type: 'status', status: sampleStatus() }
const head = (slot: number): AppEvent => ({ type: 'head', head: sampleHead(slot) })
const status = (state: 'disconnected' | 'stalled' | 'syncing'): AppEvent => ({
  type: 'status',
  status: sampleStatus({ state }),
})

describe('the past of heads', () => {
  test('a gap between two heads that were followed is a missed slot', () => {
    const { history } = stateAfter(opened, following, head(100), head(103))
    expect(history.slots.map(({ slot, mark }) => [slot, mark])).toEqual([
      [100, 'head'],
      [101, 'missed'],
      [102, 'missed'],
      [103, 'head'],
    ])
  })

  test.each(['disconnected', 'stalled', 'syncing'] as const)(
    'a gap across a spell of %s is not called missed',
    (state) => {
      const { history } = stateAfter(opened, following, head(100), status(state), following, head(103))
      expect(history.slots.map(({ slot }) => slot)).toEqual([100, 103])
    },
  )

  test('heads that were caught up on have no arrival delay', () => {
    const { history } = stateAfter(opened, status('syncing'), head(50), following, head(100))
    expect(history.slots.map((mark) => mark.mark === 'head' && mark.delayMs)).toEqual([undefined, 14_000])
  })

  test('a head that is not newer changes nothing', () => {
    const state = stateAfter(opened, following, head(100))
    expect(reduce(state, head(100), 0).history).toBe(state.history)
    expect(reduce(state, head(99), 0).history).toBe(state.history)
  })

  test('stays bounded over weeks and over a leap of a million slots', () => {
    let state = stateAfter(opened, following)
    for (let slot = 0; slot < 1000; slot++) state = reduce(state, head(slot), 0)
    state = reduce(state, head(1_000_000), 0)
    expect(state.history.slots).toHaveLength(MAX_HISTORY_SLOTS)
    expect(state.history.slots.at(-1)?.slot).toBe(1_000_000)
  })
})

describe('the log', () => {
  test('stays bounded, newest first', () => {
    let state = stateAfter(opened)
    for (let slot = 0; slot < 500; slot++) {
      state = reduce(state, { type: 'status', status: sampleStatus({ finalized: sampleHead(slot) }) }, slot)
    }
    expect(state.log).toHaveLength(MAX_LOG_ENTRIES)
    expect(state.log[0]?.text).toBe('Finalized slot 499')
  })

  test('counts a line that repeats instead of filling up with it', () => {
    const event: AppEvent = {
      type: 'network',
      event: { type: 'dial:failed', address: '/dns4/x', error: new LamparaError('dial_failed', 'Cannot dial /dns4/x') },
    }
    const { log } = stateAfter(opened, event, event, event)
    expect(log[0]).toMatchObject({ text: 'Cannot dial /dns4/x', count: 3, tone: 'bad' })
    expect(log).toHaveLength(2)
  })

  test('tells a change of state, of fork and of finality, and nothing for a mere tick', () => {
    const electra = sampleHead(9, { fork: 'electra' })
    const state = stateAfter(
      opened,
      { type: 'status', status: sampleStatus({ optimistic: electra }) },
      { type: 'status', status: sampleStatus({ optimistic: sampleHead(10) }) },
      { type: 'status', status: sampleStatus({ optimistic: sampleHead(10), headAgeMs: 5 }) },
      { type: 'status', status: sampleStatus({ state: 'disconnected', optimistic: sampleHead(10) }) },
    )
    expect(state.log.map(({ text }) => text)).toEqual([
      'Connection lost',
      'The chain is now on Fulu',
      'Following the chain',
      'Chain mainnet',
    ])
  })

  test('names a peer that comes, leaves or is banned, and why', () => {
    const peer = samplePeer()
    const { log } = stateAfter(
      { type: 'network', event: { type: 'peer:connected', peer } },
      { type: 'network', event: { type: 'peer:disconnected', peer, reason: 'goodbye 129' } },
      { type: 'network', event: { type: 'peer:banned', peerId: peer.id, reason: 'forged header', untilMs: 1 } },
    )
    expect(log.map(({ text }) => text)).toEqual([
      'Peer 16Uiu2…thQqP4r7 banned: forged header',
      'Peer 16Uiu2…thQqP4r7 left: goodbye 129',
      'Peer 16Uiu2…thQqP4r7 connected',
    ])
  })
})

test('starting again forgets the old chain but keeps the log', () => {
  const state = stateAfter(
    opened,
    following,
    head(100),
    { type: 'stopped' },
    { type: 'opening', where: 'relay.example' },
  )
  expect({ ...state, log: [] }).toEqual({ ...initialState, phase: 'opening' })
  expect(state.log.length).toBeGreaterThan(2)
})
