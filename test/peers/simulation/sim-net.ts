import { LamparaError } from '../../../src/errors/index.ts'
import { networkGroupOf } from '../../../src/peers/address-book/address-group.ts'
import type { DisconnectInfo } from '../../../src/peers/persistent/back-off.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'
import { delay } from '../../../src/streams/abort.ts'
import { seededRandom } from '../../kit/seeded-random.ts'
import { createSimClock, type SimClock } from './sim-clock.ts'

const START_MS = 1_800_000_000_000

/** How a node of the simulated network treats those that dial it. */
export interface SimNode {
  readonly id: string
  readonly address: string
  /** Whether packets reach it at all: nobody answers at an address that is off. */
  online: boolean
  /** Which side of a partition it is on. */
  side: number
  /** What a dialer meets: a peer, one that says it is full, one that hangs up on our address, one that never goes on. */
  readonly manner: 'peer' | 'full' | 'banning' | 'silent'
  /** Sends anyone who dialed it away after so long. */
  readonly leaseMs?: number
  /** Part of what `tag` says in figures. */
  readonly kind: string
  readonly maxInbound: number
  readonly maxInboundPerGroup: number
  readonly protocols: readonly string[]
  /** Whom it reports when it is asked for peers, up to that many. */
  tells(asker: SimNode, limit: number): readonly SimNode[]
  readonly connections: Map<string, SimConnection>
  /** Called after each change of its connections. */
  readonly watchers: Set<() => void>
}

/** One side's view of a connection. */
export interface SimConnection {
  readonly view: PeerInfo
  readonly peer: SimNode
  readonly lost: PromiseWithResolvers<DisconnectInfo>
}

/** What is fixed of a node as it is made. */
export type SimNodeOptions = Partial<Omit<SimNode, 'id' | 'address' | 'connections' | 'watchers'>>

/** A network in memory: delays, refusals and losses, and nothing of the wire. */
export interface SimNet {
  readonly clock: SimClock
  readonly random: () => number
  readonly nodes: ReadonlyMap<string, SimNode>
  readonly counts: { dials: number; connects: number; goodbyes: number; exchanges: number }
  add(id: string, address: string, options?: SimNodeOptions): SimNode
  /** Resolves when connected. @throws LamparaError as a dial does */
  dial(from: SimNode, id: string, signal: AbortSignal): Promise<SimConnection>
  close(node: SimNode, peerId: string, goodbye?: number): void
  /** Takes a node away from everyone. */
  turnOff(node: SimNode): void
}

/** Creates an empty network. */
export function createSimNet(seed: number): SimNet {
  const clock = createSimClock(START_MS)
  const random = seededRandom(seed)
  const nodes = new Map<string, SimNode>()
  const counts = { dials: 0, connects: 0, goodbyes: 0, exchanges: 0 }

  function changed(...changedNodes: readonly SimNode[]): void {
    for (const { watchers } of changedNodes) for (const watcher of [...watchers]) watcher()
  }

  function connect(node: SimNode, peer: SimNode, direction: PeerInfo['direction']): SimConnection {
    const nowMs = clock.now()
    const { id, address, protocols } = peer
    const view: PeerInfo = {
      id,
      state: 'connected',
      address,
      direction,
      persistent: false,
      protocols,
      score: 0,
      connectedAtMs: nowMs,
      seenAtMs: nowMs,
    }
    const connection = { view, peer, lost: Promise.withResolvers<DisconnectInfo>() }
    node.connections.set(id, connection)
    return connection
  }

  function close(node: SimNode, peerId: string, goodbye?: number): void {
    const connection = node.connections.get(peerId)
    if (connection === undefined) return
    const { peer, view, lost } = connection
    const other = peer.connections.get(node.id)
    const countedMs = clock.now() - view.connectedAtMs
    node.connections.delete(peerId)
    peer.connections.delete(node.id)
    if (goodbye !== undefined) counts.goodbyes++
    lost.resolve({ readyMs: countedMs })
    other?.lost.resolve(goodbye === undefined ? { readyMs: countedMs } : { readyMs: countedMs, goodbye })
    changed(node, peer)
  }

  function hasRoom(node: SimNode, from: SimNode): boolean {
    const inbound = [...node.connections.values()].filter(({ view }) => view.direction === 'inbound')
    // Some more than may stay: the least valuable are pruned.
    if (inbound.length >= node.maxInbound * 1.1) return false
    const group = networkGroupOf(from.address)
    return inbound.filter(({ view }) => networkGroupOf(view.address) === group).length < node.maxInboundPerGroup
  }

  return {
    clock,
    random,
    nodes,
    counts,
    add(id, address, options = {}) {
      const node: SimNode = {
        id,
        address,
        online: true,
        side: 0,
        manner: 'peer',
        kind: 'honest',
        maxInbound: 20,
        maxInboundPerGroup: 3,
        protocols: [],
        tells: () => [],
        connections: new Map(),
        watchers: new Set(),
        ...options,
      }
      nodes.set(id, node)
      return node
    },
    async dial(from, id, signal) {
      counts.dials++
      const node = nodes.get(id)
      const fail = (code: 'dial_failed' | 'dial_timeout'): never => {
        throw new LamparaError(code, `Cannot dial ${id}`)
      }
      await delay(50 + random() * 250, { clock, signal })
      if (node === undefined || !node.online || node.side !== from.side || node.manner === 'silent') {
        // Half of what is off refuses at once, the rest is a hole.
        if (node?.manner === 'silent' || random() < 0.5) await delay(10_000, { clock, signal })
        return fail('dial_timeout')
      }
      if (node.manner === 'banning' || !from.online) return fail('dial_failed')
      const present = from.connections.get(id)
      if (present !== undefined) return present
      const full = node.manner === 'full' || !hasRoom(node, from)
      counts.connects++
      const connection = connect(from, node, 'outbound')
      connect(node, from, 'inbound')
      changed(from, node)
      if (full) clock.setTimer(() => close(node, from.id, 129), 100)
      else if (node.leaseMs !== undefined) clock.setTimer(() => close(node, from.id, 129), node.leaseMs)
      return connection
    },
    close,
    turnOff(node) {
      node.online = false
      for (const id of [...node.connections.keys()]) close(node, id)
    },
  }
}

/** A public address in one of many parts of the network. */
export function addressIn(group: number, host: number): string {
  return `/ip4/${11 + (group % 80)}.${Math.floor(group / 80) % 256}.${(host >> 8) & 255}.${host & 255}/tcp/9000`
}
