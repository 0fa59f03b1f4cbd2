import { LamparaError, type LightClientState, type LightClientStatus } from 'lampara'
import { describe, expect, test } from 'vitest'
import { headModel } from '../../demo/model/heads.ts'
import { pageModel } from '../../demo/model/page.ts'
import { MAX_PEER_ROWS, peerModels } from '../../demo/model/peers.ts'
import { problemModel } from '../../demo/model/problem.ts'
import { statusModel } from '../../demo/model/status.ts'
import { type AppState, initialState } from '../../demo/state/app-state.ts'
import { chain, hash, sampleHead, samplePeer, sampleStatus } from './samples.ts'

const states: readonly LightClientState[] = [
  'connecting',
  'bootstrapping',
  'syncing',
  'following',
  'stalled',
  'disconnected',
  'failed',
  'stopped',
]

function running(status: Partial<LightClientStatus>): AppState {
  return { ...initialState, phase: 'running', chain, status: sampleStatus(status) }
}

describe('the status in words', () => {
  test('every state has words of its own', () => {
    const titles = states.map((state) => statusModel(running({ state })).title)
    expect(new Set(titles).size).toBe(states.length)
  })

  test('being disconnected cannot be mistaken: the title says so, in the tab as well', () => {
    const model = pageModel(running({ state: 'disconnected', optimistic: sampleHead(5) }), 0, 1000, 'relay.example')
    expect(model.status).toMatchObject({ title: 'Not connected', tone: 'bad' })
    expect(model.title).toBe('Not connected · Lampara')
    expect(model.optimistic.stale).toBe(true)
  })

  test('a reason reads as a sentence, and its absence leaves the state’s own', () => {
    expect(statusModel(running({ state: 'stalled', message: 'no head for 5 slots' })).sentence).toBe(
      'No head for 5 slots.',
    )
    expect(statusModel(running({ state: 'stalled', message: '' })).sentence).not.toBe('')
  })

  test('an error is told once, in its own place', () => {
    const error = new LamparaError('dial_failed', 'Cannot dial x')
    const state = running({ state: 'connecting', message: 'Looking for a peer: Cannot dial x', error })
    expect(statusModel(state).sentence).toBe('Looking for a peer.')
    expect(pageModel(state, 0, 1000, 'x').problem?.detail).toBe('Cannot dial x')
  })

  test('progress runs from the first period to the last, and never beyond', () => {
    const share = (period: number, targetPeriod: number): number | undefined =>
      statusModel(running({ state: 'syncing', sync: { startPeriod: 10, period, targetPeriod } })).progress?.share
    expect([share(10, 14), share(13, 14), share(14, 14), share(15, 14), share(10, 10)]).toEqual([0, 0.75, 1, 1, 0])
    expect(statusModel(running({ state: 'following' })).progress).toBeUndefined()
  })

  test('the button stops what runs and starts what does not', () => {
    const label = (state: AppState): string | undefined => pageModel(state, 0, 1000, 'x').action?.label
    expect(label(running({}))).toBe('Stop')
    expect(label({ ...initialState, phase: 'opening' })).toBe('Stop')
    expect(label({ ...initialState, phase: 'stopped' })).toBe('Start')
    expect(label(running({ state: 'failed' }))).toBe('Start again')
    expect(pageModel(initialState, 0, 1000, undefined).action).toBeUndefined()
  })
})

describe('a head', () => {
  test('shows its identifiers short and keeps them whole for copying', () => {
    const model = headModel(running({ optimistic: sampleHead(100) }), 'optimistic', 1_200_000 + 16_400)
    expect(model).toMatchObject({
      slot: '100',
      age: '16 s old',
      fork: 'Fulu',
      root: { short: '0x64646464…64646464', full: hash(100) },
      executionHash: { full: hash(3) },
      executionNumber: '1,234,567',
      participationWords: '96.9% · 496 of 512',
    })
  })

  test('before Capella says that no execution block is proven', () => {
    const head = sampleHead(1, { fork: 'altair', execution: undefined } as object)
    const model = headModel(running({ optimistic: head }), 'optimistic', 0)
    expect(model.executionHash).toEqual({ short: 'not proven before Capella' })
    expect(model.executionNumber).toBe('–')
  })

  test('that is not there yet has nothing to copy', () => {
    const model = headModel(running({}), 'finalized', 0)
    expect(model.root.full).toBeUndefined()
    expect(model.age).toBe('none verified yet')
  })
})

test('peers: named ones first, then by score; a bounded number of rows', () => {
  const many = Array.from({ length: 120 }, (_, index) => samplePeer({ id: `peer${index}`, score: index }))
  const rows = peerModels([...many, samplePeer({ id: 'named', persistent: true, score: -3, latencyMs: 12 })], 61_000)
  expect(rows).toHaveLength(MAX_PEER_ROWS)
  expect(rows[0]).toMatchObject({ key: 'named', score: '-3', latency: '12 ms', connectedFor: '1 min 1 s' })
  expect(rows[1]?.key).toBe('peer119')
})

test('a peer behind a tunnel is told as such, with the address where it listens', () => {
  const address = '/p2p/16Uiu2HAmBootnode/lampara-tunnel/ip4/192.0.2.7/tcp/9000/p2p/16Uiu2HAmTarget'
  expect(peerModels([samplePeer({ address })], 0)[0]).toMatchObject({
    address: { short: '/ip4/192.0.2.7/tcp/9000', full: address },
    direction: 'tunnelled',
  })
  expect(peerModels([samplePeer()], 0)[0]?.direction).toBe('outbound')
})

test('errors tell what went wrong and what to do; one without words of its own still tells its message', () => {
  expect(problemModel(new LamparaError('bootnodes_unreachable', 'Cannot reach x'))).toMatchObject({
    title: 'No bootnode answers',
    detail: 'Cannot reach x',
    code: 'bootnodes_unreachable',
  })
  expect(problemModel({ code: 'internal', message: 'Cannot do y' })).toMatchObject({
    title: 'Something went wrong',
    detail: 'Cannot do y',
    advice: '',
  })
})
