import { createAddressBook } from '../../../src/peers/address-book/address-book.ts'
import { networkGroupOf } from '../../../src/peers/address-book/address-group.ts'
import type { AddressEntry } from '../../../src/peers/address-book/entry.ts'
import { startCandidateDialer } from '../../../src/peers/dialing/candidate-dialer.ts'
import type { CandidateDialerHost, CandidateDialerLimits } from '../../../src/peers/dialing/types.ts'
import { startCrawl } from '../../../src/peers/limits/crawl.ts'
import type { PeerStats } from '../../../src/peers/limits/peer-value.ts'
import { startPruning } from '../../../src/peers/limits/prune.ts'
import { startRotation } from '../../../src/peers/limits/rotate-peers.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'
import type { Candidate, CandidateSource } from '../../../src/platform/candidate-source.ts'
import type { SimConnection, SimNet, SimNode } from './sim-net.ts'

const ASK_AGAIN_MS = 60_000
const MAX_TOLD = 30
const FOUND_BY_WALK = 16

/** What a client of the simulated network is to do. */
export interface SimClientOptions {
  /** Reported at the start, as a list that was configured. */
  readonly seeds: readonly SimNode[]
  /** All nodes that a walk can come upon, as discv5 does. */
  readonly population?: readonly SimNode[]
  readonly limits?: Partial<CandidateDialerLimits>
  /** Visits those that it does not hold, as a seed does. */
  readonly crawl?: boolean
  /** An address book from an earlier run. */
  readonly stored?: readonly AddressEntry[]
}

/** A node with the real candidate dialer, address book, rotation and pruning. */
export interface SimClient {
  readonly node: SimNode
  readonly book: ReturnType<typeof createAddressBook>
  connected(): readonly PeerInfo[]
  stop(): Promise<void>
}

/** Starts a client at a node. It asks its peers for peers, and is reported whom they know. */
export function startSimClient(net: SimNet, node: SimNode, options: SimClientOptions): SimClient {
  const { clock, random, counts } = net
  const limits: CandidateDialerLimits = {
    target: 8,
    maxOutbound: 8,
    maxDialing: 8,
    maxPerSubnet: 3,
    pool: 50,
    ...options.limits,
  }
  const book = createAddressBook({ clock, random, key: Uint8Array.from({ length: 32 }, () => random() * 256) })
  for (const entry of options.stored ?? []) book.restore(entry)
  const connected = (): readonly PeerInfo[] => [...node.connections.values()].map(({ view }) => view)
  const askedAtMs = new Map<string, number>()

  const list: CandidateSource = {
    name: 'list',
    async *candidates(): AsyncGenerator<Candidate> {
      for (const { id, address } of options.seeds) yield { peerId: id, addresses: [address] }
    },
  }
  function* sourceAddress({ view, peer }: SimConnection): Generator<Candidate> {
    if (clock.now() - (askedAtMs.get(view.id) ?? 0) < ASK_AGAIN_MS) return
    askedAtMs.set(view.id, clock.now())
    counts.exchanges++
    for (const { id, address } of peer.tells(node, MAX_TOLD)) {
      yield { peerId: id, addresses: [address], sourceAddress: peer.address }
    }
  }

  const exchange: CandidateSource = {
    name: 'peer-exchange',
    async *candidates(): AsyncGenerator<Candidate> {
      for (const connection of [...node.connections.values()]) yield* sourceAddress(connection)
    },
    async *candidatesOf(peerId): AsyncGenerator<Candidate> {
      const connection = node.connections.get(peerId)
      if (connection !== undefined) yield* sourceAddress(connection)
    },
  }

  const walk: CandidateSource = {
    name: 'walk',
    async *candidates(): AsyncGenerator<Candidate> {
      const { population = [] } = options
      for (let found = 0; found < Math.min(FOUND_BY_WALK, population.length); found++) {
        const { id, address } = population[Math.floor(random() * population.length)]!
        yield { peerId: id, addresses: [address] }
      }
    },
  }

  const host: CandidateDialerHost = {
    connected,
    ready: connected,
    watch(callback) {
      node.watchers.add(callback)
      return () => node.watchers.delete(callback)
    },
    async connect(id, _addresses, signal) {
      const { view, lost } = await net.dial(node, id, signal)
      return { peer: view, disconnected: lost.promise }
    },
    async disconnect(id, _reason, code = 1) {
      net.close(node, id, code)
    },
    canDial: () => true,
    isExcluded: (id) => id === node.id,
  }
  const facts = (): PeerStats[] =>
    connected().map((view) => ({ view, group: networkGroupOf(view.address), methods: 1, meshes: 0 }))
  const recruiter = startCandidateDialer({
    clock,
    random,
    book,
    sources: [list, walk, exchange],
    limits,
    host,
    isUseful: () => true,
    onDiscovered: () => {},
    onDialFailed: () => {},
  })
  const stops = [
    startRotation({
      clock,
      random,
      canReplace: recruiter.canReplace,
      waitingOrigins: recruiter.waitingOrigins,
      stats: facts,
      replace: recruiter.replace,
    }),
    startPruning({ clock, limits: { all: 100, inbound: node.maxInbound }, stats: facts, disconnect: host.disconnect }),
  ]
  if (options.crawl === true) stops.push(startCrawl({ clock, random, dialFeeler: recruiter.dialFeeler }))
  return {
    node,
    book,
    connected,
    async stop() {
      for (const stop of stops) stop()
      await recruiter.stop()
    },
  }
}

/** A node as the address book has it that reached it an hour ago. */
export function reachedEntry(net: SimNet, { id, address }: SimNode): AddressEntry {
  const atMs = net.clock.now() - 3_600_000
  const times = { addedAtMs: atMs, seenAtMs: atMs, succeededAtMs: atMs }
  return { id, addresses: [address], sourceGroup: 'list', private: false, table: 'old', failures: 0, ...times }
}

/** A node reports those that its address book has reached. */
export function tellFromBook(net: SimNet, bookOf: (node: SimNode) => SimClient['book'] | undefined) {
  return function tells(this: SimNode, asker: SimNode, limit: number): readonly SimNode[] {
    const told = bookOf(this)?.sample(limit, ({ id, table }) => table === 'old' && id !== asker.id) ?? []
    return told.flatMap(({ id }) => net.nodes.get(id) ?? [])
  }
}
