import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { topics } from '../../src/gossip/index.ts'
import { libp2pOptions } from '../../src/network/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { until } from '../kit/gossip.ts'
import {
  type BareNode,
  cleanUpAfterEach,
  listenOn,
  slotNow,
  startBareNode,
  startNetwork,
  testChain,
  topicAt,
  untilPeers,
} from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const topic = topics.lightClientOptimisticUpdate
const topicName = topicAt(chain, topic.name, slotNow(chain))

/** A peer as a PRUNE names it. */
interface NamedPeer {
  readonly peerID: Uint8Array
  readonly signedPeerRecord?: Uint8Array
}

/** Sends what no setting has gossipsub send: it names only peers that are in its own mesh. */
function sendPrune({ libp2p }: BareNode, to: string, peers: readonly NamedPeer[]): void {
  const pubsub = libp2p.services.pubsub as unknown as { sendRpc(to: string, rpc: unknown): boolean }
  const control = {
    ihave: [],
    iwant: [],
    graft: [],
    idontwant: [],
    prune: [{ topicID: topicName, peers, backoff: 60 }],
  }
  expect(pubsub.sendRpc(to, { subscriptions: [], messages: [], control })).toBe(true)
}

const idOf = (peerId: string): Uint8Array => peerIdFromString(peerId).toMultihash().bytes

/** The signed record that a node has of another by identify. */
async function recordOf({ libp2p }: BareNode, of: BareNode): Promise<Uint8Array> {
  await libp2p.dial(multiaddr(of.address))
  let record: Uint8Array | undefined
  await until(() => {
    void libp2p.peerStore.get(of.libp2p.peerId).then(({ peerRecordEnvelope }) => {
      record = peerRecordEnvelope
    })
    return record !== undefined
  })
  return record!
}

describe('a peer that names others when it prunes us', () => {
  it('has us dial none of them and keep nothing of them, signed or not, and stays a peer', async () => {
    const libp2p = await createLibp2p(await libp2pOptions({ chain, listen: listenOn.tcp }))
    onTestFinished(async () => {
      await libp2p.stop()
    })
    const network = await startNetwork({ chain, libp2p, allowPrivateAddresses: true })
    const [teller, signed, unsigned] = [
      await startBareNode(chain),
      await startBareNode(chain),
      await startBareNode(chain),
    ]
    const named: NamedPeer[] = [
      { peerID: idOf(signed.peerId), signedPeerRecord: await recordOf(teller, signed) },
      { peerID: idOf(unsigned.peerId) },
    ]
    const dialed: string[] = []
    for (const { libp2p: other, peerId } of [signed, unsigned]) {
      other.addEventListener('connection:open', ({ detail }) => {
        if (detail.remotePeer.equals(libp2p.peerId)) dialed.push(peerId)
      })
    }

    const subscription = network.gossip.subscribe(topic)
    teller.libp2p.services.pubsub.subscribe(topicName)
    await teller.greet(network.addresses[0]!)
    await untilPeers(network, 1)
    await subscription.ready()
    const { pubsub } = libp2p.services as { pubsub: { sharedMeshCount(peerId: string): number } }
    await until(() => pubsub.sharedMeshCount(teller.peerId) === 1)

    const known = async (): Promise<string[]> => (await libp2p.peerStore.all()).map(({ id }) => id.toString())
    const before = await known()
    sendPrune(teller, network.peerId, named)
    await until(() => pubsub.sharedMeshCount(teller.peerId) === 0)
    // Time to do what it must not.
    for (let n = 0; n < 2; n++) {
      await network.reqresp.request(protocols.ping, 0n, { peer: teller.peerId, skipRateLimit: true }).single()
    }
    expect(dialed).toEqual([])
    expect(await known()).toEqual(before)
    expect(network.allPeers().map(({ id }) => id)).toEqual([teller.peerId])
    expect(network.samplePeers(10)).toEqual([])
  })
})
