import { type SimClient, type SimClientOptions, startSimClient } from './sim-client.ts'
import { addressIn, createSimNet, type SimNet, type SimNode, type SimNodeOptions } from './sim-net.ts'

/** One client with the real candidate dialer among nodes that only behave. */
export interface ClientWorld {
  readonly net: SimNet
  readonly me: SimNode
  start(options: SimClientOptions): SimClient
  /** Nodes of a kind: each in a network group of its own, or spread over so many. */
  nodes(kind: string, count: number, options?: SimNodeOptions & { readonly groups?: number }): SimNode[]
  /** Lets time pass, and looks at the client each second. */
  watch(client: SimClient, ms: number): Promise<Watched>
}

/** What was seen of a client's peers. */
export interface Watched {
  /** By kind, the fewest and the mean number of peers at any second. */
  readonly least: Readonly<Record<string, number>>
  readonly mean: Readonly<Record<string, number>>
  /** By kind, the part of the seconds in which there was one at least. */
  readonly present: Readonly<Record<string, number>>
  /** By kind, the longest time without any, in seconds. */
  readonly longestWithout: Readonly<Record<string, number>>
}

/** Creates a world with nobody but the client's own node in it. */
export function createClientWorld(seed: number): ClientWorld {
  const net = createSimNet(seed)
  const me = net.add('me', '/ip4/99.99.1.1/tcp/9000', { kind: 'me', maxInbound: 20 })
  const kinds = new Set<string>()
  let nextGroup = 0
  let nextHost = 0

  return {
    net,
    me,
    start: (options) => startSimClient(net, me, options),
    nodes(kind, count, { groups = count, ...options } = {}) {
      kinds.add(kind)
      const first = nextGroup
      nextGroup += groups
      return Array.from({ length: count }, (_, n) =>
        net.add(`${kind}-${n}`, addressIn(first + (n % groups), nextHost++), { kind, ...options }),
      )
    },
    async watch(client, ms) {
      const least: Record<string, number> = {}
      const sum: Record<string, number> = {}
      const seconds: Record<string, number> = {}
      const without: Record<string, number> = {}
      const longestWithout: Record<string, number> = {}
      for (let passed = 0; passed < ms; passed += 1_000) {
        await net.clock.advance(1_000)
        for (const kind of kinds) {
          const count = client.connected().filter(({ id }) => net.nodes.get(id)?.kind === kind).length
          least[kind] = Math.min(least[kind] ?? count, count)
          sum[kind] = (sum[kind] ?? 0) + count
          seconds[kind] = (seconds[kind] ?? 0) + Number(count > 0)
          without[kind] = count > 0 ? 0 : (without[kind] ?? 0) + 1
          longestWithout[kind] = Math.max(longestWithout[kind] ?? 0, without[kind])
        }
      }
      const perSecond = (totals: Record<string, number>): Record<string, number> =>
        Object.fromEntries(Object.entries(totals).map(([kind, total]) => [kind, total / (ms / 1_000)]))
      return { least, mean: perSecond(sum), present: perSecond(seconds), longestWithout }
    },
  }
}
