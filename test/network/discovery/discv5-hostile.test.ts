import { setImmediate } from 'node:timers/promises'
import { createKeypair, Session } from '@chainsafe/discv5'
import { createRandomPacket, type IPacket, PacketType } from '@chainsafe/discv5/packet'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { addressPairs, decodeEnr, type Enr, signEnr } from '../../../src/discovery/enr/index.ts'
import { encodeRlp, type RlpItem } from '../../../src/discovery/enr/rlp.ts'
import type { Network } from '../../../src/network/types.ts'
import { openUdp } from '../../../src/platform/node/discv5/udp-transport.ts'
import { cleanUpAfterEach, listenOn, startNetwork, testChain, untilPeers } from '../../kit/network.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

cleanUpAfterEach()

const KEY = new Uint8Array(32).fill(66)
const LOOPBACK = '/ip4/127.0.0.1/udp/0'
const chain = testChain()

function discover(bootstrap: readonly string[]): Promise<Network> {
  return startNetwork({
    chain,
    listen: listenOn.tcp,
    allowPrivateAddresses: true,
    discv5: { listen: LOOPBACK, bootEnrs: bootstrap },
  })
}

/** Where a node listens for discv5. */
function udpOf({ pairs }: Enr): Multiaddr {
  const [high, low] = pairs.get('udp')!
  return multiaddr(`/ip4/127.0.0.1/udp/${(high! << 8) | low!}`)
}

/** An unknown peer that has shaken hands with a node, and may say whatever it likes. */
async function shakeHands(victim: Enr) {
  const { address, service } = await openUdp(LOOPBACK, {
    nodeId: () => own.nodeId.slice(2),
    mayContact: () => true,
  })
  const own = signEnr(KEY, { seq: 1n, pairs: addressPairs({ ip: '127.0.0.1', udp: address.port }) })
  await service.start()
  const [to, id, ownId] = [udpOf(victim), victim.nodeId.slice(2), own.nodeId.slice(2)]
  const challenged = new Promise<IPacket>((resolve) => {
    service.on('packet', (_, packet) => packet.header.flag === PacketType.WhoAreYou && resolve(packet))
  })
  await service.send(to, id, createRandomPacket(ownId))
  const { messageAd } = await challenged
  const contact = {
    type: 1,
    publicKey: createKeypair({ type: 'secp256k1', publicKey: victim.publicKey }),
    nodeAddress: { nodeId: id, socketAddr: to },
  } as Parameters<typeof Session.encryptWithHeader>[0]
  const keypair = createKeypair({ type: 'secp256k1', privateKey: KEY })
  const [packet, session] = Session.encryptWithHeader(contact, keypair, ownId, own.bytes, messageAd!, ping(1n))
  let answers = 0
  const answered = new Promise<void>((resolve) => {
    service.on('packet', (_, { header }) => {
      if (header.flag !== PacketType.Message) return
      answers++
      resolve()
    })
  })
  await service.send(to, id, packet)
  await answered
  return {
    say: (message: Uint8Array) => service.send(to, id, session.encryptMessage(ownId, id, message)),
    answers: () => answers,
    stop: () => service.stop(),
  }
}

function ping(enrSeq: bigint): Uint8Array {
  return Uint8Array.of(1, ...encodeRlp([Uint8Array.of(0, 0, 0, 1), Uint8Array.of(Number(enrSeq))]))
}

describe('discv5', () => {
  it('goes on whatever an unknown peer says that has shaken hands with it', async () => {
    const bootnode = await discover([])
    const record = await bootnode.enr()
    const stranger = await shakeHands(decodeEnr(record))
    try {
      const random = seededRandom(7)
      const below = (most: number): number => Math.floor(random() * most)
      const bytes = (most: number): Uint8Array => Uint8Array.from({ length: below(most + 1) }, () => below(256))
      const item = (depth: number): RlpItem =>
        depth === 0 || random() < 0.6 ? bytes(random() < 0.1 ? 200 : 9) : list(below(5), depth - 1)
      const list = (length: number, depth: number): RlpItem[] => Array.from({ length }, () => item(depth))
      const types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255]
      for (let n = 0; n < 1_500; n++) {
        const type = types[below(types.length)]!
        // Mostly of the right shape: what is none is refused at once.
        const body = random() < 0.1 ? bytes(300) : encodeRlp(list(random() < 0.2 ? below(6) : type === 3 ? 2 : 3, 3))
        await stranger.say(Uint8Array.of(type, ...body))
        // A socket's buffer holds few: what overflows it would not be heard.
        await setImmediate()
      }
      const before = stranger.answers()
      const asked = async (): Promise<number> => {
        await stranger.say(ping(200n))
        return stranger.answers()
      }
      await expect.poll(asked, { timeout: 45_000 }).toBeGreaterThan(before)
    } finally {
      await stranger.stop()
    }
    const other = await discover([record])
    await untilPeers(other, 1)
    expect(other.peers[0]?.id).toBe(bootnode.peerId)
  })
})
