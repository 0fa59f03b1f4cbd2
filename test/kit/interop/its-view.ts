import type { Lodestar } from './lodestar.ts'

/** How Lodestar sees a peer. */
export interface ItsView {
  readonly state: string
  readonly direction: string
  readonly agent: string
  /** What it goes by: 100 to −100; below −20 it disconnects, below −50 it bans. 0 while it has nothing to say. */
  readonly score: number
  /** Of which gossipsub's part. */
  readonly gossipScore: number
  /** Gossipsub's penalty for misbehaviour of protocol: broken promises, early grafts. */
  readonly behaviourPenalty: number
}

interface PeerJson {
  readonly peer_id: string
  readonly state: string
  readonly direction: string
  readonly agent_version: string
}

interface ScoreJson {
  readonly peer_id: string
  readonly score?: number
  readonly gossip_score?: number
  readonly behaviour_penalty?: number
}

/** Asks Lodestar how it sees a peer; undefined where it knows none of that id. */
export async function itsViewOf(lodestar: Lodestar, peerId: string): Promise<ItsView | undefined> {
  const ask = async (path: string): Promise<unknown> => {
    // Versions before 1.40 or so have hyphens in these paths, later ones underscores.
    const get = (name: string): Promise<unknown> => lodestar.get(`/eth/v1/lodestar/${name}`)
    const all = (await get(path).catch(() => get(path.replaceAll('-', '_')))) as readonly { readonly peer_id: string }[]
    return all.find(({ peer_id }) => peer_id === peerId)
  }
  const [peer, score, gossip] = (await Promise.all([
    ask('peers'),
    ask('lodestar-peer-score-stats'),
    ask('gossip-peer-score-stats'),
  ])) as [PeerJson?, ScoreJson?, ScoreJson?]
  if (peer === undefined) return undefined
  return {
    state: peer.state,
    direction: peer.direction,
    agent: peer.agent_version,
    score: score?.score ?? 0,
    gossipScore: score?.gossip_score ?? 0,
    behaviourPenalty: gossip?.behaviour_penalty ?? 0,
  }
}

/** A peer id as its log has it. */
export function inItsLog(peerId: string): string {
  return `${peerId.slice(0, 2)}...${peerId.slice(-6)}`
}
