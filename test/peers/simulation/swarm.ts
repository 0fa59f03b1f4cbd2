import { reachedEntry, type SimClient, startSimClient, tellFromBook } from './sim-client.ts'
import { addressIn, createSimNet, type SimNet } from './sim-net.ts'

/**
 * Many clients, each with the real candidate dialer, that know nobody at first but three seeds. These have reached all of them,
 * and report them.
 */
export interface Swarm {
  readonly net: SimNet
  readonly clients: readonly SimClient[]
  /** Turns clients off and on by chance, so many of a thousand a second, while time passes. */
  churn(ms: number, perMilleASecond: number): Promise<void>
  /** Of the clients that are on, the part with at least so many peers. */
  shareWith(peers: number): number
  /** Of the clients that are on, the part in the largest group that hangs together. */
  largestShare(): number
  stop(): Promise<void>
}

const SEEDS = 3
const STEP_MS = 10_000

/** Starts a swarm within its first minute. */
export async function startSwarm(count: number, seed: number): Promise<Swarm> {
  const net = createSimNet(seed)
  const books = new Map<string, SimClient['book']>()
  const tells = tellFromBook(net, ({ id }) => books.get(id))
  const nodes = Array.from({ length: count }, (_, n) =>
    net.add(`node-${n}`, addressIn(n, n), {
      tells,
      ...(n < SEEDS ? { maxInbound: 1_000, maxInboundPerGroup: 1_000 } : {}),
    }),
  )
  const seeds = nodes.slice(0, SEEDS)
  const clients: SimClient[] = []
  for (const [n, node] of nodes.entries()) {
    const isSeed = n < SEEDS
    const client = startSimClient(
      net,
      node,
      isSeed ? { seeds: nodes, crawl: true, stored: nodes.map((one) => reachedEntry(net, one)) } : { seeds },
    )
    books.set(node.id, client.book)
    clients.push(client)
    if (n % 10 === 9) await net.clock.advance(60_000 / (count / 10))
  }
  const on = (): readonly SimClient[] => clients.filter(({ node }) => node.online)

  return {
    net,
    clients,
    async churn(ms, perMilleASecond) {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        for (const { node } of clients.slice(SEEDS)) {
          if (net.random() >= (perMilleASecond * STEP_MS) / 1_000_000) continue
          if (node.online) net.turnOff(node)
          else node.online = true
        }
        await net.clock.advance(STEP_MS)
      }
    },
    shareWith: (peers) => on().filter((client) => client.connected().length >= peers).length / on().length,
    largestShare() {
      const left = new Set(on().map(({ node }) => node))
      let largest = 0
      for (const first of left) {
        const reached = [first]
        left.delete(first)
        for (const node of reached) {
          for (const { peer } of node.connections.values()) if (left.delete(peer)) reached.push(peer)
        }
        largest = Math.max(largest, reached.length)
      }
      return largest / on().length
    },
    async stop() {
      await Promise.all(clients.map((client) => client.stop()))
    },
  }
}
