import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createRandomPacket, decodePacket, encodePacket, PacketType } from '@chainsafe/discv5/packet'
import { afterEach, describe, expect, it } from 'vitest'
import { addressPairs, decodeEnr, type Enr, signEnr } from '../../../src/discovery/enr/index.ts'
import { createNetworkOn } from '../../../src/network/create-network-on.ts'
import type { Network, NetworkOptions } from '../../../src/network/types.ts'
import { platform } from '../../../src/platform/node/index.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain } from '../../kit/network.ts'

cleanUpAfterEach()
const sockets: Socket[] = []
const networks: Network[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await Promise.all(networks.splice(0).map((network) => network.stop()))
})

const LOOPBACK = '/ip4/127.0.0.1/udp/0'
const chain = testChain()

/** A host of somebody's own network: a UDP socket that notes the ports from which it hears anything, and its node record. */
async function openHost(seed: number) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  sockets.push(socket)
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  const heardFrom: number[] = []
  const challenged = Promise.withResolvers<void>()
  socket.on('message', (bytes, from) => {
    heardFrom.push(from.port)
    if (decodePacket(record.nodeId.slice(2), bytes).header.flag === PacketType.WhoAreYou) challenged.resolve()
  })
  const record = signEnr(new Uint8Array(32).fill(seed), {
    seq: 1n,
    pairs: addressPairs({ ip: '127.0.0.1', tcp: port, udp: port }),
  })
  return {
    record,
    address: `/ip4/127.0.0.1/udp/${port}`,
    heardFrom,
    /** Resolves when a node asked who it is, which is an answer. */
    challenged: challenged.promise,
    /** Speaks to a node as one does that knows nobody: a node that listens to it answers who are you. */
    speakTo(node: Enr): void {
      const packet = createRandomPacket(record.nodeId.slice(2))
      socket.send(encodePacket(node.nodeId.slice(2), packet), udpPortOf(node), '127.0.0.1')
    },
    async hears(fromPort: number): Promise<void> {
      while (!heardFrom.includes(fromPort)) await once(socket, 'message')
    },
  }
}

function udpPortOf({ pairs }: Enr): number {
  const [high, low] = pairs.get('udp')!
  return (high! << 8) | low!
}

/** A node that takes part in discv5 on loopback; `asked` tells each address to which it was about to send, or from which it heard. */
async function discover(
  options: Omit<NetworkOptions, 'chain' | 'listen'>,
  asked: (address: string) => void = () => {},
) {
  const watched: typeof platform = {
    ...platform,
    startDiscv5: (given) =>
      platform.startDiscv5!({
        ...given,
        mayContact(address) {
          asked(address)
          return given.mayContact(address)
        },
      }),
  }
  const network = await createNetworkOn(watched, { chain, listen: listenOn.tcp, ...options })
  networks.push(network)
  return decodeEnr(await network.enr())
}

describe('discv5, given hosts of a private network', () => {
  it.each([false, true])('sends to them only where that is allowed: %s', async (allowPrivateAddresses) => {
    const host = await openHost(7)
    const teller = await startNetwork({
      chain,
      listen: listenOn.tcp,
      allowPrivateAddresses: true,
      discv5: { listen: LOOPBACK, bootEnrs: [host.record.text] },
    })
    const told = Promise.withResolvers<void>()
    let times = 0
    const node = await discover(
      { allowPrivateAddresses, discv5: { listen: LOOPBACK, bootEnrs: [await teller.enr()] } },
      (address) => {
        // The second lookup begins a second after the first: what that sent has arrived by then.
        if (address === host.address && ++times === 2) told.resolve()
      },
    )
    await told.promise
    if (allowPrivateAddresses) await host.hears(udpPortOf(node))
    else expect(host.heardFrom).not.toContain(udpPortOf(node))
  })

  it('sends to those that it was told to begin with, and answers nobody else there', async () => {
    const [named, stranger] = [await openHost(7), await openHost(8)]
    const node = await discover({ discv5: { listen: LOOPBACK, bootEnrs: [named.record.text] } })
    await named.hears(udpPortOf(node))
    stranger.speakTo(node)
    named.speakTo(node)
    await named.challenged
    expect(stranger.heardFrom).toEqual([])
  })

  it('dials at none that a record in the address book names', async () => {
    const [named, known] = [await openHost(7), await openHost(8)]
    const asked = Promise.withResolvers<void>()
    let times = 0
    const node = await discover(
      { enrs: [known.record.text], discv5: { listen: LOOPBACK, bootEnrs: [named.record.text] } },
      (address) => {
        if (address === known.address && ++times === 2) asked.resolve()
      },
    )
    await asked.promise
    expect(known.heardFrom).not.toContain(udpPortOf(node))
  })
})
