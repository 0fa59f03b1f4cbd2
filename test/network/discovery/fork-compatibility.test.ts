import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, fromHex, slotStartMs, startSlotOfEpoch } from '../../../src/chain/index.ts'
import { addressPairs, encodeForkId, forkIdAt, signEnr } from '../../../src/discovery/enr/index.ts'
import { createLeavesAtNextFork } from '../../../src/network/discovery/fork-compatibility.ts'
import { peerStatsOf } from '../../../src/network/limits/peer-stats.ts'
import { beyondLimits } from '../../../src/peers/limits/prune.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'
import type { CandidateSource } from '../../../src/platform/candidate-source.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
} from '../../kit/network.ts'

cleanUpAfterEach()
const FORK = 20
// At the second fork the blob parameters change alone: nothing but `nfd` tells those apart who expect others.
const chain = testChain({ fuluEpoch: FORK - 10, blobEpoch: FORK })
const atEpoch = (epoch: number, on = chain): number => slotStartMs(on, startSlotOfEpoch(on, epoch))

/** What a node says before the fork that takes our way, or another one. */
function recordOf(
  way: 'ours' | 'other',
  {
    n = 1,
    on = chain,
    atMs = atEpoch(FORK - 1),
    node,
  }: { n?: number; on?: typeof chain; atMs?: number; node?: BareNode } = {},
): string {
  const forkId = forkIdAt(on, atMs)
  const nfd = way === 'ours' ? fromHex(forkDigestAtEpoch(on, forkId.nextForkEpoch)) : Uint8Array.of(9, 9, 9, 9)
  const tcp = node === undefined ? 9000 : Number(/tcp\/(\d+)/.exec(node.address)![1])
  const pairs: [string, Uint8Array][] = [
    ...addressPairs({ ip: '127.0.0.1', tcp }),
    ['eth2', encodeForkId(forkId)],
    ['nfd', nfd],
  ]
  return signEnr(node?.privateKey.raw ?? new Uint8Array(32).fill(n), { seq: 1n, pairs }).text
}

describe('a record whose `nfd` is not our next digest', () => {
  const near = (epoch: number): boolean[] => {
    const partsSoon = createLeavesAtNextFork(chain, createFakeClock(atEpoch(epoch)))
    return [partsSoon(recordOf('ours')), partsSoon(recordOf('other')), partsSoon(recordOf('other'))]
  }

  it('speaks against dialing within eight epochs of the fork, neither earlier nor after it', () => {
    expect(near(FORK - 9)).toEqual([false, false, false])
    expect(near(FORK - 8)).toEqual([false, true, true])
    expect(near(FORK - 1)).toEqual([false, true, true])
    expect(near(FORK)).toEqual([false, false, false])
  })

  it('is judged again at the next fork', async () => {
    const clock = createFakeClock(atEpoch(FORK - 10) - 1)
    const partsSoon = createLeavesAtNextFork(chain, clock)
    // It knows of the first fork, and not of the second.
    const early = recordOf('ours', { atMs: clock.now() })
    expect(partsSoon(early)).toBe(false)
    await clock.advance(atEpoch(FORK - 1) - clock.now())
    expect(partsSoon(early)).toBe(false)
    expect(partsSoon(recordOf('other'))).toBe(true)
  })
})

describe('peers that are too many', () => {
  const before = forkDigestAtEpoch(chain, FORK - 1)
  const after = forkDigestAtEpoch(chain, FORK)
  const viewOf = (n: number, enr: string, forkDigest = before): PeerInfo => ({
    id: `${n}`,
    state: 'connected',
    address: '/ip4/127.0.0.1/tcp/9000',
    direction: 'inbound',
    persistent: false,
    protocols: [],
    score: 0,
    // The newest of equals goes first.
    connectedAtMs: n * 1_000,
    seenAtMs: 0,
    lastServedAtMs: atEpoch(FORK) - 1,
    enr,
    status: { forkDigest, finalizedRoot: '0x', finalizedEpoch: 0, headRoot: '0x', headSlot: 0 },
  })
  const parted = (peers: readonly PeerInfo[], epoch: number): readonly string[] => {
    const clock = createFakeClock(atEpoch(epoch))
    const facts = peerStatsOf(peers, { chain }, { clock, sharedMeshCount: () => 2 })
    return beyondLimits(facts, { all: 2, inbound: 2 }, clock.now()).map(({ view }) => view.id)
  }
  const peers = [viewOf(0, recordOf('ours')), viewOf(1, recordOf('other')), viewOf(2, recordOf('ours'))]

  it('lose first anyone who expected another digest, once the fork is there, and not before', () => {
    expect(parted(peers, FORK - 1)).toEqual(['2'])
    expect(parted(peers, FORK)).toEqual(['1'])
  })

  it('keep whose Status says that it took our way after all', () => {
    const came = peers.with(1, viewOf(1, recordOf('other'), after))
    expect(parted(came, FORK)).toEqual(['2'])
  })
})

describe('a network', () => {
  /** Holds a peer already, and then learns of others, which are there to be dialed. */
  async function secondPeer(on: typeof chain, ways: readonly ('ours' | 'other')[]): Promise<readonly string[]> {
    const nodes = await Promise.all(ways.map(async (way) => ({ way, node: await startBareNode(on) })))
    const kept = await startBareNode(on)
    const metKept = Promise.withResolvers<void>()
    const source: CandidateSource = {
      name: 'test',
      async *candidates() {
        await metKept.promise
        for (const { way, node } of nodes) {
          const enr = recordOf(way, { on, atMs: Date.now(), node })
          yield { peerId: node.peerId, addresses: [node.address], enr }
          // Time to dial this one before the next is known.
          await setImmediate()
        }
      },
    }
    const options = { chain: on, targetPeers: 2, allowPrivateAddresses: true, staticPeers: [kept.address] }
    const client = await startNetwork({ ...options, peerSources: [source] })
    await untilPeers(client, 1)
    metKept.resolve()
    await untilPeers(client, 2)
    return nodes.filter(({ node }) => client.peers.some(({ id }) => id === node.peerId)).map(({ way }) => way)
  }

  // It is epoch 75.
  it('that has half of the peers it wants dials nobody who expects another fork than the one that is near', async () => {
    expect(await secondPeer(testChain({ fuluEpoch: 10, blobEpoch: 80 }), ['other', 'other', 'other', 'ours'])).toEqual([
      'ours',
    ])
  })

  it('dials them while the fork is far', async () => {
    expect(await secondPeer(testChain({ fuluEpoch: 10, blobEpoch: 200 }), ['other'])).toEqual(['other'])
  })
})
