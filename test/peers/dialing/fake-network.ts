import { LamparaError } from '../../../src/errors/index.ts'
import { createAddressBook } from '../../../src/peers/address-book/address-book.ts'
import { type CandidateDialerOptions, startCandidateDialer } from '../../../src/peers/dialing/candidate-dialer.ts'
import type { CandidateDialerHost, CandidateDialerLimits } from '../../../src/peers/dialing/types.ts'
import type { DisconnectInfo } from '../../../src/peers/persistent/back-off.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'
import type { Candidate, CandidateSource } from '../../../src/platform/candidate-source.ts'
import { raceSignal } from '../../../src/streams/abort.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

/** How a node of the world behaves. */
export interface WorldNode {
  readonly id: string
  readonly address: string
  /** Not to be reached at all. */
  dead?: boolean
  /** Sends anyone who connects away after so long. */
  lease?: { readonly ms: number; readonly goodbye?: number }
  readonly protocols?: readonly string[]
}

/** Nodes each in a network group of their own. */
export function nodesOf(count: number, about: (n: number) => Partial<WorldNode> = () => ({})): WorldNode[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `node-${n}`,
    address: `/ip4/${1 + (n % 90)}.${Math.floor(n / 90)}.3.${n % 250}/tcp/9000`,
    ...about(n),
  }))
}

/** A list as a source, which counts what is pulled from it. */
export function listSource(nodes: readonly WorldNode[], sourceAddress?: string): CandidateSource & { pulled: number } {
  const source = {
    name: 'list',
    pulled: 0,
    async *candidates(): AsyncGenerator<Candidate> {
      for (const { id, address } of nodes) {
        source.pulled++
        yield { peerId: id, addresses: [address], ...(sourceAddress === undefined ? {} : { sourceAddress }) }
      }
    },
  }
  return source
}

/** A candidate dialer in a world of nodes, with a clock that stands still. */
export function recruitIn(
  nodes: readonly WorldNode[],
  options: Partial<CandidateDialerLimits> & {
    readonly sources?: readonly CandidateSource[]
    readonly isUseful?: CandidateDialerOptions['isUseful']
    readonly seed?: number
  } = {},
) {
  const {
    target = 10,
    maxOutbound = target,
    maxDialing = 8,
    maxPerSubnet = 3,
    pool = 500,
    isUseful = () => true,
    seed = 1,
  } = options
  const clock = createFakeClock(1_800_000_000_000)
  const random = seededRandom(seed)
  const book = createAddressBook({ clock, random, key: new Uint8Array(32).fill(3) })
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const connected = new Map<string, { readonly view: PeerInfo; readonly lose: (loss: DisconnectInfo) => void }>()
  const watchers = new Set<() => void>()
  const dials = new Map<string, number>()
  const left: string[] = []
  let most = 0

  function changed(): void {
    most = Math.max(most, connected.size)
    for (const watcher of watchers) watcher()
  }

  function lose(id: string, loss: DisconnectInfo): void {
    const peer = connected.get(id)
    if (!connected.delete(id)) return
    peer!.lose(loss)
    changed()
  }

  /** Somebody connects, or was connected to by other means. */
  function meet({ id, address, protocols = [] }: WorldNode, direction: PeerInfo['direction'] = 'outbound') {
    const { promise: lost, resolve: lose } = Promise.withResolvers<DisconnectInfo>()
    const connectedAtMs = clock.now()
    const about = { persistent: false, protocols, score: 0, connectedAtMs, seenAtMs: 0 }
    const view: PeerInfo = { id, state: 'connected', address, direction, ...about }
    connected.set(id, { view, lose })
    changed()
    return { view, lost }
  }

  const host: CandidateDialerHost = {
    connected: () => [...connected.values()].map(({ view }) => view),
    ready: () => [...connected.values()].map(({ view }) => view),
    watch(callback) {
      watchers.add(callback)
      return () => watchers.delete(callback)
    },
    async connect(id, _addresses, signal) {
      dials.set(id, (dials.get(id) ?? 0) + 1)
      const node = byId.get(id)
      await raceSignal(new Promise<void>((resolve) => clock.setTimer(resolve, 100)), signal)
      if (node === undefined || node.dead) throw new LamparaError('dial_failed', `Cannot dial ${id}`)
      const { view, lost } = meet(node)
      if (node.lease !== undefined) {
        const { ms, goodbye } = node.lease
        clock.setTimer(() => lose(id, { readyMs: ms, ...(goodbye === undefined ? {} : { goodbye }) }), ms)
      }
      return { peer: view, disconnected: lost }
    },
    async disconnect(id, reason) {
      left.push(`${id}: ${reason}`)
      lose(id, { readyMs: 0 })
    },
    canDial: () => true,
    isExcluded: (id) => id === 'self',
  }

  const recruiter = startCandidateDialer({
    clock,
    random,
    book,
    sources: options.sources ?? [listSource(nodes)],
    limits: { target, maxOutbound, maxDialing, maxPerSubnet, pool },
    host,
    isUseful,
    onDiscovered: () => {},
    onDialFailed: () => {},
  })
  return {
    clock,
    book,
    recruiter,
    connected,
    dials,
    left,
    lose,
    meet,
    get dialCount() {
      return [...dials.values()].reduce((sum, count) => sum + count, 0)
    },
    get mostConnected() {
      return most
    },
  }
}
