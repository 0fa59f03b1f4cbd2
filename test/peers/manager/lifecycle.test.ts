import { describe, expect, it } from 'vitest'
import { nextState, type PeerState, type PeerStep, shownState } from '../../../src/peers/manager/lifecycle.ts'

const steps: readonly PeerStep[] = ['opened', 'identified', 'status-accepted', 'leave', 'lost']
const states: readonly PeerState[] = [
  'dialing',
  'handshaking',
  'identified',
  'status-accepted',
  'ready',
  'disconnecting',
  'disconnected',
]
const progress: Record<PeerState, number> = {
  dialing: 0,
  handshaking: 1,
  identified: 2,
  'status-accepted': 2,
  ready: 3,
  disconnecting: 4,
  disconnected: 5,
}

/** Every sequence of so many steps. */
function* sequences(length: number): Generator<readonly PeerStep[]> {
  if (length === 0) return yield []
  for (const rest of sequences(length - 1)) for (const step of steps) yield [...rest, step]
}

describe("a peer's states", () => {
  it('are known after each step from each state, and never go back', () => {
    for (const state of states) {
      for (const step of steps) {
        const next = nextState(state, step)
        expect(states).toContain(next)
        expect(progress[next]).toBeGreaterThanOrEqual(progress[state])
      }
    }
  })

  it('end when the connection is lost, whatever came before', () => {
    for (const state of states) expect(nextState(state, 'lost')).toBe('disconnected')
  })

  it('lead to counting by a connection, a matching Status and identify, and by nothing less, in each of all six-step lives', () => {
    const needed: readonly PeerStep[] = ['opened', 'status-accepted', 'identified']
    for (const life of sequences(6)) {
      const done = new Set<PeerStep>()
      let state: PeerState = 'dialing'
      for (const step of life) {
        // What comes before the connection comes from nobody.
        if (state !== 'dialing' || step === 'opened') done.add(step)
        state = nextState(state, step)
        const over = done.has('leave') || done.has('lost') || state === 'disconnected'
        expect(state === 'ready').toBe(!over && needed.every((one) => done.has(one)))
      }
    }
  })

  it('are shown as four, of which only one means that the peer is ready', () => {
    expect(states.filter((state) => shownState(state) === 'connected')).toEqual(['ready'])
    expect(states.map(shownState)).toEqual([
      'connecting',
      'connecting',
      'connecting',
      'connecting',
      'connected',
      'disconnecting',
      'disconnected',
    ])
  })
})
