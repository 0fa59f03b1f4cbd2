import { describe, expect, it } from 'vitest'
import { decodeEnr, forkIdOf } from '../../src/discovery/enr/index.ts'
import type { Network, NetworkOptions } from '../../src/network/types.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain, untilPeers } from './support.ts'

cleanUpAfterEach()

const LOOPBACK = '/ip4/127.0.0.1/udp/0'

/** Starts a node that takes part in discv5 on loopback. */
function discover(chain: NetworkOptions['chain'], bootstrap: readonly string[]): Promise<Network> {
  return startNetwork({
    chain,
    listen: listenOn.tcp,
    allowPrivateAddresses: true,
    discv5: { listen: LOOPBACK, bootstrap },
  })
}

function udpPortOf(record: string): number {
  const [high, low] = decodeEnr(record).pairs.get('udp')!
  return (high! << 8) | low!
}

describe('discv5', { timeout: 60_000 }, () => {
  it('lets three nodes find each other that know of one bootnode only', async () => {
    const chain = testChain()
    const bootnode = await discover(chain, [])
    const bootstrap = [await bootnode.record()]
    const others = await Promise.all([discover(chain, bootstrap), discover(chain, bootstrap)])
    await Promise.all([bootnode, ...others].map((network) => untilPeers(network, 2)))
    const found = others[0]!.peers.map(({ id }) => id).sort()
    expect(found).toEqual([bootnode.peerId, others[1]!.peerId].sort())
  })

  it('passes over nodes of another network', async () => {
    const bootnode = await discover(testChain(), [])
    const bootstrap = [await bootnode.record()]
    const foreign = await discover(testChain({ root: '43' }), bootstrap)
    const own = await discover(bootnode.chain, bootstrap)
    await untilPeers(own, 1)
    expect(own.peers[0]?.id).toBe(bootnode.peerId)
    expect(foreign.drawPeers(10)).toEqual([])
  })

  it('tells of the digest in force and the address at which the node is reached', async () => {
    const chain = testChain()
    const network = await discover(chain, [])
    const enr = decodeEnr(await network.record())
    expect(enr.peerId).toBe(network.peerId)
    expect(forkIdOf(enr)?.forkDigest).toMatch(/^0x[0-9a-f]{8}$/)
    expect(enr.pairs.get('ip')).toEqual(Uint8Array.of(127, 0, 0, 1))
  })

  it('refuses to start where the port is taken', async () => {
    const chain = testChain()
    const first = await discover(chain, [])
    const listen = `/ip4/127.0.0.1/udp/${udpPortOf(await first.record())}`
    const starting = startNetwork({ chain, listen: listenOn.tcp, discv5: { listen, bootstrap: [] } })
    await expect(starting).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it.each([
    [{ listen: '/ip4/127.0.0.1/tcp/9000', bootstrap: [] }, 'address_invalid'],
    [{ bootstrap: ['enr:nonsense'] }, 'enr_invalid'],
    [true, 'bootnodes_missing'],
    [{ listen: '/ip4/127.0.0.1/udp/0' }, 'bootnodes_missing'],
  ])('refuses %j', async (discv5, code) => {
    await expect(startNetwork({ chain: testChain(), discv5 })).rejects.toMatchObject({ code })
  })

  it('ends with the network: its port can be taken at once', async () => {
    const chain = testChain()
    const network = await discover(chain, [])
    const port = udpPortOf(await network.record())
    await network.stop()
    const again = await startNetwork({ chain, discv5: { listen: `/ip4/127.0.0.1/udp/${port}`, bootstrap: [] } })
    expect(udpPortOf(await again.record())).toBe(port)
  })
})
