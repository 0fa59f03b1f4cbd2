import { RPC } from '@libp2p/gossipsub/message'
import { afterEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/gossip/index.ts'
import type { LimitCause } from '../../src/limits/limits.ts'
import type { Network } from '../../src/network/types.ts'
import { cleanUpAfterEach, listenOn, slotNow, startNetwork, testChain, topicAt } from '../kit/network.ts'
import { type Attacker, attack, prefixed, repeated, yamuxHeader } from './attacker.ts'

const DATA = 0
const WINDOW_UPDATE = 1
const PING = 2
const SYN = 1
const RST = 8
const MESHSUB = '/meshsub/1.1.0'
const chain = testChain()

const attackers: Attacker[] = []
afterEach(async () => {
  await Promise.all(attackers.splice(0).map((attacker) => attacker.stop()))
})
cleanUpAfterEach()

async function relay(listen: readonly string[]): Promise<Network> {
  const network = await startNetwork({ chain, role: 'relay', listen, targetPeers: 0 })
  // Known and not joined: its messages are neither of an unknown topic nor judged.
  network.gossip.subscribe(topics.lightClientOptimisticUpdate).stop()
  return network
}

async function attackerOf(network: Network, muxer: 'yamux' | 'mplex' = 'yamux'): Promise<Attacker> {
  const attacker = await attack(network.addresses[0]!, muxer)
  attackers.push(attacker)
  return attacker
}

/** Writes for as long as the connection is open. */
function write(attacker: Attacker, bytes: Uint8Array): void {
  if (attacker.raw.status === 'open') attacker.raw.send(bytes)
}

async function gossip(attacker: Attacker, rpc: Uint8Array, times: number): Promise<void> {
  const stream = await attacker.open(MESHSUB)
  stream.send(repeated(times, () => prefixed(rpc)))
}

const rpcOf = (rpc: Partial<RPC>): Uint8Array => RPC.encode({ subscriptions: [], messages: [], ...rpc })
const topic = topicAt(chain, topics.lightClientOptimisticUpdate.name, slotNow(chain))

const attacks: Record<string, { readonly cause: LimitCause; run(attacker: Attacker): Promise<void> | void }> = {
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
    run: (attacker) =>
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
    run: (attacker) =>
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
    run: (attacker) =>
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
}

for (const [transport, listen] of Object.entries(listenOn)) {
  describe(`a relay that listens by ${transport}`, { timeout: 30_000 }, () => {
    for (const [name, { cause, run }] of Object.entries(attacks)) {
      it(`disconnects and bans the sender of ${name}, and counts why`, async () => {
        const network = await relay(listen)
        const attacker = await attackerOf(network)
        await Promise.resolve(run(attacker)).catch(() => {})
        // The one that does not read does not see its end either.
        if (!name.includes('never read')) await attacker.ended
        await expect.poll(() => network.metrics.limits.exceeded, { timeout: 10_000 }).toEqual({ [cause]: 1 })
      })
    }
  })
}

describe('a relay that speaks mplex', () => {
  it('disconnects the sender of streams that are opened and reset', async () => {
    const network = await relay(listenOn.tcp)
    const attacker = await attackerOf(network, 'mplex')
    // NEW_STREAM with an empty name, then RESET_INITIATOR, of each id.
    write(
      attacker,
      repeated(2_000, (index) => mplexFrame(index >> 1, index % 2 === 0 ? 0 : 6)),
    )
    await attacker.ended
  })

  it('disconnects the sender of frames of streams that do not exist', async () => {
    const network = await relay(listenOn.tcp)
    const attacker = await attackerOf(network, 'mplex')
    write(
      attacker,
      repeated(8_000, () => mplexFrame(77, 2)),
    )
    await attacker.ended
  })
})

function mplexFrame(id: number, type: number): Uint8Array {
  const header: number[] = []
  for (let rest = id * 8 + type; ; rest = Math.floor(rest / 128)) {
    header.push(rest > 127 ? (rest % 128) + 128 : rest)
    if (rest <= 127) break
  }
  return new Uint8Array([...header, 0])
}
