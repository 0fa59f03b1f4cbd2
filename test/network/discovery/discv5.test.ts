import { createSocket } from 'node:dgram'
import { createRandomPacket, encodePacket } from '@chainsafe/discv5/packet'
import { describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, fromHex, slotStartMs, startSlotOfEpoch } from '../../../src/chain/index.ts'
import { addressPairs, decodeEnr, forkIdOf, signEnr } from '../../../src/discovery/enr/index.ts'
import type { Network, NetworkOptions } from '../../../src/network/types.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain, untilPeers } from '../../kit/network.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

cleanUpAfterEach()

/** A record with which discv5 cannot begin. */
const withoutUdp = signEnr(new Uint8Array(32).fill(1), {
  seq: 1n,
  pairs: addressPairs({ ip: '127.0.0.1', tcp: 9 }),
}).text
const LOOPBACK = '/ip4/127.0.0.1/udp/0'

/** Starts a node that takes part in discv5 on loopback. */
function discover(chain: NetworkOptions['chain'], bootstrap: readonly string[]): Promise<Network> {
  return startNetwork({
    chain,
    listen: listenOn.tcp,
    allowPrivateAddresses: true,
    discv5: { listen: LOOPBACK, bootEnrs: bootstrap },
  })
}

function udpPortOf(record: string): number {
  const [high, low] = decodeEnr(record).pairs.get('udp')!
  return (high! << 8) | low!
}

describe('discv5', () => {
  it('lets three nodes find each other that know of one bootnode only', async () => {
    const chain = testChain()
    const bootnode = await discover(chain, [])
    const bootstrap = [await bootnode.enr()]
    const others = await Promise.all([discover(chain, bootstrap), discover(chain, bootstrap)])
    await Promise.all([bootnode, ...others].map((network) => untilPeers(network, 2)))
    // Two that dial each other at once may keep the other's connection: one counts again then.
    const found = Promise.withResolvers<void>()
    const wanted = [bootnode.peerId, others[1]!.peerId]
    others[0]!.watchPeers((peers) => {
      if (wanted.every((id) => peers.some((peer) => peer.id === id))) found.resolve()
    })
    await found.promise
  })

  it('passes over nodes of another network', async () => {
    const bootnode = await discover(testChain(), [])
    const bootstrap = [await bootnode.enr()]
    const foreign = await discover(testChain({ root: '43' }), bootstrap)
    const own = await discover(bootnode.chain, bootstrap)
    await untilPeers(own, 1)
    expect(own.peers[0]?.id).toBe(bootnode.peerId)
    expect(foreign.samplePeers(10)).toEqual([])
  })

  it('goes on while its port gets what is no packet, and packets that were changed on the way', async () => {
    const chain = testChain()
    const bootnode = await discover(chain, [])
    const record = await bootnode.enr()
    const junk = createSocket('udp4')
    const random = seededRandom(5)
    for (let n = 0; n < 300; n++) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 1400) }, () => Math.floor(random() * 256))
      await new Promise((resolve) => junk.send(bytes, udpPortOf(record), '127.0.0.1', resolve))
    }
    // Masked as for the bootnode: their headers are read, and what follows is wrong.
    for (let n = 0; n < 300; n++) {
      const packet = createRandomPacket(decodeEnr(withoutUdp).nodeId.slice(2))
      const flag = Math.floor(random() * 4)
      const size = Math.floor(random() * 300)
      const authdata = Uint8Array.from({ length: size }, () => Math.floor(random() * 256))
      const header = { ...packet.header, flag, authdata, authdataSize: size }
      const bytes = encodePacket(decodeEnr(record).nodeId.slice(2), { ...packet, header })
      await new Promise((resolve) => junk.send(bytes, udpPortOf(record), '127.0.0.1', resolve))
    }
    junk.close()
    const other = await discover(chain, [record])
    await untilPeers(other, 1)
  })

  it('reports the digest in force and the address at which the node is reached', async () => {
    const chain = testChain()
    const network = await discover(chain, [])
    const enr = decodeEnr(await network.enr())
    expect(enr.peerId).toBe(network.peerId)
    expect(forkIdOf(enr)?.forkDigest).toMatch(/^0x[0-9a-f]{8}$/)
    expect(enr.pairs.get('ip')).toEqual(Uint8Array.of(127, 0, 0, 1))
  })

  it('reports the next digest as soon as it is in force', async () => {
    const chain = testChain({ fuluEpoch: 80 })
    const forkMs = slotStartMs(chain, startSlotOfEpoch(chain, 80))
    const clock = createFakeClock(forkMs - 10_000)
    const network = await startNetwork({
      chain,
      clock,
      listen: listenOn.tcp,
      discv5: { listen: LOOPBACK, bootEnrs: [] },
    })
    try {
      const before = decodeEnr(await network.enr())
      expect(forkIdOf(before)).toMatchObject({ forkDigest: forkDigestAtEpoch(chain, 79), nextForkEpoch: 80 })
      await clock.advance(9_999)
      expect(await network.enr()).toBe(before.text)
      await clock.advance(1)
      const after = decodeEnr(await network.enr())
      expect(forkIdOf(after)).toMatchObject({ forkDigest: forkDigestAtEpoch(chain, 80), nextForkEpoch: Infinity })
      expect(before.pairs.get('nfd')).toEqual(fromHex(forkDigestAtEpoch(chain, 80), 4))
      expect(after.pairs.get('nfd')).toEqual(new Uint8Array(4))
      expect(after.seq).toBeGreaterThan(before.seq)
      expect(after.pairs.get('udp')).toEqual(before.pairs.get('udp'))
    } finally {
      const stopping = network.stop()
      await clock.advance(10_000)
      await stopping
    }
  })

  it('reports no more addresses than leave room for what others see of it', async () => {
    const announce = ['/ip4/127.0.0.1/tcp/9', `/dns4/${'a'.repeat(60)}.${'b'.repeat(40)}.example/tcp/443/tls/ws`]
    const chain = testChain()
    const plain = decodeEnr(await (await startNetwork({ chain, announce })).enr())
    expect(plain.bytes.length).toBeGreaterThan(270)
    const network = await startNetwork({ chain, announce, discv5: { listen: LOOPBACK, bootEnrs: [] } })
    const { bytes, pairs } = decodeEnr(await network.enr())
    expect([...pairs.keys()]).toEqual(['eth2', 'id', 'ip', 'secp256k1', 'tcp', 'udp'])
    expect(bytes.length).toBeLessThan(270)
  })

  it('refuses to start where the port is taken', async () => {
    const chain = testChain()
    const first = await discover(chain, [])
    const listen = `/ip4/127.0.0.1/udp/${udpPortOf(await first.enr())}`
    const starting = startNetwork({ chain, listen: listenOn.tcp, discv5: { listen, bootEnrs: [] } })
    await expect(starting).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it.each([
    [{ listen: '/ip4/127.0.0.1/tcp/9000', bootEnrs: [] }, 'address_invalid'],
    [{ bootEnrs: ['enr:nonsense'] }, 'enr_invalid'],
    [{ bootEnrs: [withoutUdp] }, 'bootnodes_missing'],
    [true, 'bootnodes_missing'],
    [{ listen: '/ip4/127.0.0.1/udp/0' }, 'bootnodes_missing'],
  ])('refuses %j', async (discv5, code) => {
    await expect(startNetwork({ chain: testChain(), discv5 })).rejects.toMatchObject({ code })
  })

  it('ends with the network: its port can be taken at once', async () => {
    const chain = testChain()
    const network = await discover(chain, [])
    const port = udpPortOf(await network.enr())
    await network.stop()
    const again = await startNetwork({ chain, discv5: { listen: `/ip4/127.0.0.1/udp/${port}`, bootEnrs: [] } })
    expect(udpPortOf(await again.enr())).toBe(port)
  })
})
