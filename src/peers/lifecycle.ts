import type { PeerView } from './types.ts'

/**
 * How far a peer has come: from the dial over its connection to its loss. It counts once both Statuses match and identify has
 * told what it serves.
 */
export type PeerState = 'dialing' | 'greeting' | 'identified' | 'matched' | 'counted' | 'leaving' | 'gone'

/** What moves a peer on. A wait for identify that was given up counts as `identified`. */
export type PeerStep = 'opened' | 'identified' | 'matched' | 'leave' | 'lost'

const transitions: Record<PeerState, Record<PeerStep, PeerState>> = {
  dialing: { opened: 'greeting', identified: 'dialing', matched: 'dialing', leave: 'gone', lost: 'gone' },
  greeting: { opened: 'greeting', identified: 'identified', matched: 'matched', leave: 'leaving', lost: 'gone' },
  identified: { opened: 'identified', identified: 'identified', matched: 'counted', leave: 'leaving', lost: 'gone' },
  matched: { opened: 'matched', identified: 'counted', matched: 'matched', leave: 'leaving', lost: 'gone' },
  counted: { opened: 'counted', identified: 'counted', matched: 'counted', leave: 'leaving', lost: 'gone' },
  leaving: { opened: 'leaving', identified: 'leaving', matched: 'leaving', leave: 'leaving', lost: 'gone' },
  // Whoever comes again has a record of its own.
  gone: { opened: 'gone', identified: 'gone', matched: 'gone', leave: 'gone', lost: 'gone' },
}

/** The state after a step. */
export function nextState(state: PeerState, step: PeerStep): PeerState {
  return transitions[state][step]
}

const shown: Record<PeerState, PeerView['state']> = {
  dialing: 'connecting',
  greeting: 'connecting',
  identified: 'connecting',
  matched: 'connecting',
  counted: 'connected',
  leaving: 'disconnecting',
  gone: 'disconnected',
}

/** The state as others see it. */
export function shownState(state: PeerState): PeerView['state'] {
  return shown[state]
}
