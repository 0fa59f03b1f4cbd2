import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { topics } from '../../src/gossip/index.ts'
import { createNetwork, libp2pOptions } from '../../src/network/index.ts'
import type { NetworkOptions } from '../../src/network/types.ts'
import { cleanUpAfterEach, nextEvent, slotNow, startNetwork, testChain, untilPeers, updateAt } from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const TCP = '/ip4/127.0.0.1/tcp/0'

const nodes: Libp2p[] = []
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

function keep<Node extends Libp2p>(node: Node): Node {
  nodes.push(node)
  return node
}

async function ownNode(options: Partial<NetworkOptions> = {}) {
  return keep(await createLibp2p(await libp2pOptions({ chain, listen: [TCP], ...options })))
}

describe('createNetwork({ libp2p })', () => {
  it('works with the node that it is given: peers meet, gossip arrives, and the node outlives the network', async () => {
    const libp2p = await ownNode()
    const network = await createNetwork({ chain, libp2p })
    expect(network.peerId).toBe(libp2p.peerId.toString())
    const other = await startNetwork({ chain, bootnodes: [libp2p.getMultiaddrs()[0]!.toString()] })
    await Promise.all([untilPeers(network, 1), untilPeers(other, 1)])

    const topic = topics.lightClientOptimisticUpdate
    const subscription = other.gossip.subscribe(topic)
    const published = network.gossip.subscribe(topic)
    await Promise.all([subscription.ready(), published.ready()])
    const update = updateAt(chain, 'optimistic_update', slotNow(chain))
    await network.gossip.publish(topic, update)
    expect((await nextEvent(subscription)).message.kind).toBe('optimistic_update')

    await network.stop()
    expect(libp2p.status).toBe('started')
    expect(libp2p.getConnections()).toEqual([])
    expect(libp2p.getProtocols().filter((protocol) => protocol.startsWith('/eth2/'))).toEqual([])
  })

  it('takes the same node again once the first network has stopped, and not before', async () => {
    const libp2p = await ownNode()
    const first = await createNetwork({ chain, libp2p })
    await expect(createNetwork({ chain, libp2p })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('a network works with it already'),
    })
    await first.stop()
    const second = await startNetwork({ chain, libp2p })
    const other = await startNetwork({ chain, bootnodes: [libp2p.getMultiaddrs()[0]!.toString()] })
    await Promise.all([untilPeers(second, 1), untilPeers(other, 1)])
  })

  it('keeps services and transports of the user beside its own', async () => {
    const base = await libp2pOptions({ chain })
    const libp2p = keep(
      await createLibp2p({
        ...base,
        transports: [tcp()],
        addresses: { listen: [TCP] },
        services: { ...base.services, mine: () => ({ answer: 42 }) },
      }),
    )
    await startNetwork({ chain, libp2p })
    expect(libp2p.services.mine.answer).toBe(42)
    const other = await startNetwork({ chain, transports: { only: ['tcp'] } })
    await other.connect(libp2p.getMultiaddrs()[0]!.toString())
  })

  it('says all that a bare node lacks', async () => {
    const libp2p = keep(await createLibp2p({ transports: [tcp()] }))
    const error = await createNetwork({ chain, libp2p }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'invalid_argument',
      details: {
        lacking: [
          'its key is Ed25519, and beacon nodes take secp256k1',
          'it has no service `identify`',
          'it has no service `pubsub` of `libp2pOptions()`',
          'it has no service `lampara` of `libp2pOptions()`',
        ],
      },
    })
    expect(libp2p.status).toBe('started')
  })

  it('says what is wrong with a node that was changed too far', async () => {
    const base = await libp2pOptions({ chain: testChain({ root: '43' }) })
    const privateKey = await generateKeyPair('Ed25519')
    const libp2p = await createLibp2p({ ...base, privateKey, connectionEncrypters: [], streamMuxers: [], start: false })
    await expect(createNetwork({ chain, libp2p, listen: [TCP] })).rejects.toMatchObject({
      details: {
        lacking: [
          '`listen` belongs to `libp2pOptions()`',
          'it is stopped, not started',
          'its key is Ed25519, and beacon nodes take secp256k1',
          'it does not encrypt with noise',
          'it has neither yamux nor mplex',
          'its services were made for another chain',
        ],
      },
    })
  })
})
