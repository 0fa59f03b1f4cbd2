import {
  type Chain,
  createLightClient,
  fetchJoinDocument,
  type Head,
  type Hex,
  LamparaError,
  type LightClientOptions,
  type LightClientState,
  libp2pOptions,
  type Network,
  openStorage,
  serveVerified,
  topics,
} from 'lampara'
import { createLibp2p } from 'libp2p'
import { shareEnr, webRtc } from '../../../src/webrtc/index.ts'

/** What to follow, and how far. Plain data: it crosses from Node into a page. */
export interface FollowOptions {
  /** Address of the join document: chain, bootnodes, checkpoint and clock. */
  readonly join: string
  /** Multiaddrs of beacon nodes to dial instead of the bootnodes: Node, over TCP. */
  readonly peers?: readonly string[]
  /** Multiaddrs of bootnodes to dial instead of the join document's. */
  readonly bootnodes?: readonly string[]
  /** Instead of the join document's. */
  readonly checkpoint?: Hex
  readonly maxCheckpointAgeMs?: number
  /** Keep things in the platform's own storage. */
  readonly persist?: boolean
  /** Dial private addresses that are learnt, too. */
  readonly allowPrivateAddresses?: boolean
  /** Tell of gossip, too: who sends it, and who is in our meshes. It takes a libp2p node of our own making. */
  readonly tellGossip?: boolean
  /** Speak with others over WebRTC: dial those that one is reported, or be reported oneself, too, and serve them. */
  readonly webRtc?: 'dial' | 'share'
  /** Done when heads of both kinds are here or further. */
  readonly goal: {
    readonly optimisticSlot: number
    readonly finalizedSlot: number
    /** How many optimistic heads are to be seen, too: a slow page sees its first one late. @default 1 */
    readonly optimisticHeads?: number
  }
  /** Wait for the state `following`, too: heads may reach the goal while the client still catches up. */
  readonly untilFollowing?: boolean
  readonly timeoutMs: number
}

/** A head as it is compared between environments. */
export interface SeenHead {
  readonly kind: Head['kind']
  readonly slot: number
  readonly root: Hex
  readonly fork: string
  readonly blockHash: Hex | undefined
  readonly participation: number
}

/** What was seen, in order. Plain data: it crosses from a page into Node. */
export interface FollowSummary {
  readonly states: readonly LightClientState[]
  readonly heads: readonly SeenHead[]
  /** The last ones. */
  readonly optimistic: SeenHead
  readonly finalized: SeenHead
  /** The peers at the end, by address. */
  readonly peers: readonly string[]
  /** Where that was asked for: who sent optimistic updates, and who was in our meshes at the end. */
  readonly gossip?: { readonly senders: readonly string[]; readonly meshes: readonly string[] }
}

/** One thing that happened, for the log of anyone who runs the scenario. */
export type FollowReport =
  | { readonly type: 'state'; readonly state: LightClientState; readonly message: string; readonly error?: string }
  | { readonly type: 'head'; readonly head: SeenHead }
  /** With `webRtc`: the addresses of the peers. */
  | { readonly type: 'peers'; readonly addresses: readonly string[] }

/**
 * Follows a chain from its checkpoint until both heads reached the goal, by the public API alone: the same file runs in a
 * page and in Node.
 *
 * @throws LamparaError `timeout`, saying how far it came
 */
export async function follow(options: FollowOptions, report: (report: FollowReport) => void): Promise<FollowSummary> {
  const states: LightClientState[] = []
  const heads: SeenHead[] = []
  const last: Partial<Record<Head['kind'], SeenHead>> = {}
  const tooLate = new AbortController()
  let lastReason = ''
  const timer = setTimeout(() => {
    const { optimistic, finalized } = last
    const words = `${states.join(' → ')}; optimistic ${optimistic?.slot}, finalized ${finalized?.slot}; ${lastReason}`
    tooLate.abort(new LamparaError('timeout', `Cannot follow ${options.join} to the goal in time: ${words}`))
  }, options.timeoutMs)

  const own =
    options.tellGossip === true ? await makeOwnNode((await fetchJoinDocument(options.join)).chain, options) : undefined
  const client = await createLightClient({
    join: options.join,
    ...(options.bootnodes !== undefined && { bootnodes: options.bootnodes }),
    ...(options.peers !== undefined && { bootnodes: [], staticPeers: options.peers }),
    ...(options.checkpoint !== undefined && { checkpoint: options.checkpoint }),
    ...(own !== undefined && { libp2p: own.libp2p }),
    ...(options.persist === true && { storage: (chain: Chain) => openStorage(chain) }),
    ...(options.maxCheckpointAgeMs !== undefined && { maxCheckpointAgeMs: options.maxCheckpointAgeMs }),
    ...(options.allowPrivateAddresses !== undefined && { allowPrivateAddresses: options.allowPrivateAddresses }),
    ...(options.webRtc !== undefined && { transports: { add: [webRtc()] } }),
    ...(options.webRtc === 'share' && { listen: ['/webrtc'] }),
  })
  if (options.webRtc === 'share') {
    serveVerified(client)
    shareEnr(client.network)
  }
  if (options.webRtc !== undefined) {
    client.network.watchPeers((peers) => report({ type: 'peers', addresses: peers.map(({ address }) => address) }))
  }
  const reach = async (kind: Head['kind'], goalSlot: number, goalHeads = 1): Promise<SeenHead> => {
    let count = 0
    for await (const head of client.heads({ kind, signal: tooLate.signal })) {
      const seen = seenHead(head)
      last[kind] = seen
      heads.push(seen)
      report({ type: 'head', head: seen })
      count++
      if (head.slot >= goalSlot && count >= goalHeads) return seen
    }
    throw new LamparaError('internal', `Cannot follow ${options.join}: the ${kind} heads ended`)
  }
  const senders = own && noteSenders(client.network)
  try {
    client.watchStatus(({ state, message, error }) => {
      if (states.at(-1) !== state) states.push(state)
      lastReason = message
      report({ type: 'state', state, message, ...(error !== undefined && { error: error.message }) })
    })
    const [optimistic, finalized] = await Promise.all([
      reach('optimistic', options.goal.optimisticSlot, options.goal.optimisticHeads),
      reach('finalized', options.goal.finalizedSlot),
    ])
    if (options.untilFollowing === true) await client.ready({ signal: tooLate.signal })
    return {
      states: [...states],
      heads,
      optimistic,
      finalized,
      peers: client.network.peers.map(({ address }) => address),
      ...(own !== undefined && {
        gossip: {
          senders: [...(senders ?? [])],
          meshes: client.network.peers.filter(({ id }) => own.sharedMeshCount(id) > 0).map(({ id }) => id),
        },
      }),
    }
  } finally {
    clearTimeout(timer)
    await client.stop()
    await client.network.storage?.close()
    await own?.libp2p.stop()
  }
}

interface ExternalNode {
  readonly libp2p: NonNullable<LightClientOptions['libp2p']>
  /** In how many topics' meshes a peer is. */
  sharedMeshCount(peerId: string): number
}

async function makeOwnNode(chain: Chain, { allowPrivateAddresses = false }: FollowOptions): Promise<ExternalNode> {
  const libp2p = await createLibp2p(await libp2pOptions({ chain, allowPrivateAddresses }))
  const pubsub = libp2p.services.pubsub as Pick<ExternalNode, 'sharedMeshCount'>
  return { libp2p, sharedMeshCount: (peerId) => pubsub.sharedMeshCount(peerId) }
}

/** Who sends optimistic updates, from now on. */
function noteSenders(network: Network): ReadonlySet<string> {
  const senders = new Set<string>()
  void (async () => {
    for await (const { from } of network.gossip.subscribe(topics.lightClientOptimisticUpdate)) senders.add(from)
  })()
  return senders
}

function seenHead({ kind, slot, root, fork, execution, participation }: Head): SeenHead {
  return { kind, slot, root, fork, blockHash: execution?.blockHash, participation }
}
