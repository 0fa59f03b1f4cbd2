import type { PeerInfo } from '../types.ts'

/**
 * How far a peer has come: from the dial over its connection to its loss. It counts once both Statuses match and identify has
 * told what it serves.
 */
export type PeerState =
  | 'dialing'
  | 'handshaking'
  | 'identified'
  | 'status-accepted'
  | 'ready'
  | 'disconnecting'
  | 'disconnected'

/** What moves a peer on. A wait for identify that was given up counts as `identified`. */
export type PeerStep = 'opened' | 'identified' | 'status-accepted' | 'leave' | 'lost'

const transitions: Record<PeerState, Record<PeerStep, PeerState>> = {
  dialing: {
    opened: 'handshaking',
    identified: 'dialing',
    'status-accepted': 'dialing',
    leave: 'disconnected',
    lost: 'disconnected',
  },
  handshaking: {
    opened: 'handshaking',
    identified: 'identified',
    'status-accepted': 'status-accepted',
    leave: 'disconnecting',
    lost: 'disconnected',
  },
  identified: {
    opened: 'identified',
    identified: 'identified',
    'status-accepted': 'ready',
    leave: 'disconnecting',
    lost: 'disconnected',
  },
  'status-accepted': {
    opened: 'status-accepted',
    identified: 'ready',
    'status-accepted': 'status-accepted',
    leave: 'disconnecting',
    lost: 'disconnected',
  },
  ready: {
    opened: 'ready',
    identified: 'ready',
    'status-accepted': 'ready',
    leave: 'disconnecting',
    lost: 'disconnected',
  },
  disconnecting: {
    opened: 'disconnecting',
    identified: 'disconnecting',
    'status-accepted': 'disconnecting',
    leave: 'disconnecting',
    lost: 'disconnected',
  },
  // A peer that comes again has a record of its own.
  disconnected: {
    opened: 'disconnected',
    identified: 'disconnected',
    'status-accepted': 'disconnected',
    leave: 'disconnected',
    lost: 'disconnected',
  },
}

/** The state after a step. */
export function nextState(state: PeerState, step: PeerStep): PeerState {
  return transitions[state][step]
}

const shown: Record<PeerState, PeerInfo['state']> = {
  dialing: 'connecting',
  handshaking: 'connecting',
  identified: 'connecting',
  'status-accepted': 'connecting',
  ready: 'connected',
  disconnecting: 'disconnecting',
  disconnected: 'disconnected',
}

/** The state as others see it. */
export function shownState(state: PeerState): PeerInfo['state'] {
  return shown[state]
}
