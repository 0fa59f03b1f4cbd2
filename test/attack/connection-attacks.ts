import { RPC } from '@libp2p/gossipsub/message'
import type { LimitCause } from '../../src/limits/limits.ts'
import { type Attacker, prefixed, repeated, yamuxHeader } from './attacker.ts'

const DATA = 0
const WINDOW_UPDATE = 1
const PING = 2
const SYN = 1
const RST = 8
const MESHSUB = '/meshsub/1.1.0'

/** Writes for as long as the connection is open. */
export function write(attacker: Attacker, bytes: Uint8Array): void {
  if (attacker.raw.status === 'open') attacker.raw.send(bytes)
}

async function gossip(attacker: Attacker, rpc: Uint8Array, times: number): Promise<void> {
  const stream = await attacker.open(MESHSUB)
  stream.send(repeated(times, () => prefixed(rpc)))
}

const rpcOf = (rpc: Partial<RPC>): Uint8Array => RPC.encode({ subscriptions: [], messages: [], ...rpc })

/** What one connection does to a node, and the limit that ends it. */
export interface ConnectionAttack {
  readonly cause: LimitCause
  /** @param topic - one that the node knows */
  run(attacker: Attacker, topic: string): Promise<void> | void
}

/** The attacks of one connection, by what it sends. */
export const connectionAttacks: Readonly<Record<string, ConnectionAttack>> = {
  'a flood of yamux pings': {
    cause: 'pings',
    run: (attacker) =>
      write(
        attacker,
        repeated(200, (id) => yamuxHeader(PING, SYN, 0, id)),
      ),
  },
  'yamux pings whose answers are never read': {
    cause: 'pings',
    run(attacker) {
      attacker.raw.pause()
      write(
        attacker,
        repeated(200, (id) => yamuxHeader(PING, SYN, 0, id)),
      )
    },
  },
  'yamux streams that are opened and reset': {
    cause: 'streams',
    run: (attacker) =>
      write(
        attacker,
        repeated(2_000, (index) =>
          yamuxHeader(WINDOW_UPDATE, index % 2 === 0 ? SYN : RST, 1_001 + 2 * (index >> 1), 0),
        ),
      ),
  },
  'yamux frames of streams that do not exist': {
    cause: 'frames',
    run: (attacker) =>
      write(
        attacker,
        repeated(8_000, () => yamuxHeader(WINDOW_UPDATE, 0, 9_001, 0)),
      ),
  },
  'a yamux frame that says it has 4 GiB': {
    cause: 'unread_bytes',
    async run(attacker) {
      write(attacker, yamuxHeader(DATA, 0, 9_001, 0xffff_ffff))
      for (let i = 0; i < 40; i++) write(attacker, new Uint8Array(60_000))
    },
  },
  'gossip RPCs without end': {
    cause: 'gossip_rpcs',
    run: (attacker) => gossip(attacker, rpcOf({}), 2_000),
  },
  'junk published on a topic': {
    cause: 'gossip_messages',
    run: (attacker, topic) =>
      gossip(
        attacker,
        rpcOf({
          messages: Array.from({ length: 20 }, () => ({
            topic,
            data: crypto.getRandomValues(new Uint8Array(32)),
          })) as never,
        }),
        50,
      ),
  },
  'GRAFTs without end': {
    cause: 'gossip_controls',
    run: (attacker, topic) =>
      gossip(
        attacker,
        rpcOf({
          control: {
            ihave: [],
            iwant: [],
            prune: [],
            idontwant: [],
            graft: Array.from({ length: 100 }, () => ({ topicID: topic })),
          },
        } as never),
        50,
      ),
  },
  'PRUNEs without end': {
    cause: 'gossip_controls',
    run: (attacker, topic) =>
      gossip(
        attacker,
        rpcOf({
          control: {
            ihave: [],
            iwant: [],
            graft: [],
            idontwant: [],
            prune: Array.from({ length: 100 }, () => ({ topicID: topic, peers: [] })),
          },
        } as never),
        50,
      ),
  },
  'gossip that cannot be decoded': {
    cause: 'gossip_malformed',
    run: (attacker) => gossip(attacker, new Uint8Array(40).fill(0xff), 20),
  },
  'identify pushes without end': {
    cause: 'identify_pushes',
    async run(attacker) {
      for (let i = 0; i < 60; i++) {
        const stream = await attacker.open('/ipfs/id/push/1.0.0').catch(() => undefined)
        if (stream === undefined) return
        stream.abort(new Error('enough'))
      }
    },
  },
  'small messages published one by one': {
    cause: 'gossip_messages',
    async run(attacker, topic) {
      const stream = await attacker.open(MESHSUB)
      for (let batch = 0; batch < 40 && attacker.isOpen; batch++) {
        const one = (): Uint8Array =>
          prefixed(rpcOf({ messages: [{ topic, data: crypto.getRandomValues(new Uint8Array(8)) }] as never }))
        stream.send(repeated(5, one))
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  },
}
