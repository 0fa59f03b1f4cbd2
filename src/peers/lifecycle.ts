/** How far a connected peer has come. It counts once both Statuses match and identify has told what it serves. */
export type PeerState = 'greeting' | 'identified' | 'matched' | 'counted' | 'leaving'

/** What moves a peer on. A wait for identify that was given up counts as `identified`. */
export type PeerStep = 'identified' | 'matched' | 'leave'

const transitions: Record<PeerState, Record<PeerStep, PeerState>> = {
  greeting: { identified: 'identified', matched: 'matched', leave: 'leaving' },
  identified: { identified: 'identified', matched: 'counted', leave: 'leaving' },
  matched: { identified: 'counted', matched: 'matched', leave: 'leaving' },
  counted: { identified: 'counted', matched: 'counted', leave: 'leaving' },
  leaving: { identified: 'leaving', matched: 'leaving', leave: 'leaving' },
}

/** The state after a step. */
export function nextState(state: PeerState, step: PeerStep): PeerState {
  return transitions[state][step]
}
