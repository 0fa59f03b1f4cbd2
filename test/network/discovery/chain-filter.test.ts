import { describe, expect, it } from 'vitest'
import { slotStartMs } from '../../../src/chain/index.ts'
import { addressPairs, forkPairsAt, signEnr } from '../../../src/discovery/enr/index.ts'
import { createChainFilter, filterSource } from '../../../src/network/discovery/chain-filter.ts'
import { bootstrapList } from '../../../src/network/index.ts'
import type { Candidate, CandidateSource } from '../../../src/platform/candidate-source.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
} from '../../kit/network.ts'

cleanUpAfterEach()
const chain = testChain({ fuluEpoch: 0, blobEpoch: 1 })
const other = testChain({ root: '43' })

/** The record of a node as it said it on a chain, at a time. */
function recordOf(node: BareNode, on = chain, timeMs = Date.now()): string {
  const tcp = Number(/tcp\/(\d+)/.exec(node.address)![1])
  const pairs = [...addressPairs({ ip: '127.0.0.1', tcp }), ...forkPairsAt(on, timeMs)]
  return signEnr(node.privateKey.raw, { seq: 1n, pairs }).text
}

describe('a network', () => {
  it('dials nobody whose record names another chain, and reports each; a record of a past fork is as good as any', async () => {
    const [given, listed, old] = [await startBareNode(chain), await startBareNode(chain), await startBareNode(chain)]
    const met: string[] = []
    for (const node of [given, listed]) {
      node.libp2p.addEventListener('connection:open', () => met.push(node.peerId))
    }
    const list = bootstrapList([recordOf(listed, other), recordOf(old, chain, slotStartMs(chain, 1))])
    const client = await startNetwork({
      chain,
      allowPrivateAddresses: true,
      enrs: [recordOf(given, other)],
      peerSources: [list],
    })
    const told: [string, string][] = []
    for await (const { address, error } of client.events(['dial:failed'])) {
      told.push([address, error.code])
      if (told.length === 2) break
    }
    const bare = ({ address }: BareNode): string => address.replace(/\/p2p\/.*/, '')
    expect(told.sort()).toEqual([given, listed].map((node) => [bare(node), 'irrelevant_network']).sort())
    await untilPeers(client, 1)
    expect(client.peers[0]?.id).toBe(old.peerId)
    expect(client.samplePeers(10).map(({ id }) => id)).toEqual([old.peerId])
    expect(met).toEqual([])
  })
})

describe('a source that is kept to a chain', () => {
  const signal = new AbortController().signal
  const enr = (n: number, on = chain): Candidate => {
    const pairs = [...addressPairs({ ip: '9.8.7.6', tcp: n }), ...forkPairsAt(on, Date.now())]
    const { peerId, text } = signEnr(new Uint8Array(32).fill(n), { seq: 1n, pairs })
    return { peerId, addresses: [`/ip4/9.8.7.6/tcp/${n}`], enr: text }
  }
  const sourceOf = (candidates: readonly Candidate[]): CandidateSource => ({
    name: 'test',
    async *candidates() {
      yield* candidates
    },
  })

  it('reports what it leaves out once, however often it is asked, and of what has no record not at all', async () => {
    const bare: Candidate = { peerId: 'x', addresses: ['/ip4/9.8.7.6/tcp/3'] }
    const broken: Candidate = { peerId: 'y', addresses: [], enr: 'enr:nonsense' }
    const told: [string, string][] = []
    const isOurs = createChainFilter(chain, (address, { code }) => told.push([address, code]))
    const source = filterSource(sourceOf([enr(1), enr(2, other), bare, broken]), isOurs)
    for (let turn = 0; turn < 2; turn++) {
      const left: Candidate[] = []
      for await (const candidate of source.candidates({ signal })) left.push(candidate)
      expect(left).toEqual([enr(1), bare])
    }
    expect(source.name).toBe('test')
    expect(told).toEqual([
      ['/ip4/9.8.7.6/tcp/2', 'irrelevant_network'],
      ['/p2p/y', 'enr_invalid'],
    ])
  })
})
