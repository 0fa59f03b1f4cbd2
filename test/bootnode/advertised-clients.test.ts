import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { advertiseClients } from '../../src/bootnode/advertised-clients.ts'
import type { Chain } from '../../src/chain/index.ts'
import { encodeForkId, encodeMultiaddrs, forkIdAt, signEnr } from '../../src/discovery/enr/index.ts'
import { localEnrProtocol } from '../../src/network/discovery/local-enr-protocol.ts'
import type { Network } from '../../src/network/types.ts'
import { createFakeClock, type FakeClock } from '../kit/fake-clock.ts'
import { testChain } from '../kit/network.ts'

const RELAY = '16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
const HERE = `/dns4/relay.example/tcp/443/tls/ws/p2p/${RELAY}`
const chain = testChain()
const any = () => true

interface Client {
  readonly id: string
  readonly record: string
}

async function clientWith(address = `${HERE}/p2p-circuit/webrtc`, on: Chain = chain): Promise<Client> {
  const privateKey = await generateKeyPair('secp256k1')
  const { text } = signEnr(privateKey.raw, {
    seq: 1n,
    pairs: [
      ['multiaddrs', encodeMultiaddrs([address])],
      ['eth2', encodeForkId(forkIdAt(on, Date.now()))],
    ],
  })
  return { id: peerIdFromPrivateKey(privateKey).toString(), record: text }
}

/** A bootnode's downstream side, with clients that answer with their records, or refuse while these are empty. */
function bootnodeWith(clients: readonly Client[], clock: FakeClock) {
  const asked: string[] = []
  const network = {
    chain,
    clock,
    addresses: [HERE],
    peers: clients.map(({ id }) => ({ id, protocols: [localEnrProtocol.id] })),
    reqresp: {
      request: (_: unknown, __: unknown, { peer }: { peer: string }) => ({
        async single() {
          asked.push(peer)
          const { record = '' } = clients.find(({ id }) => id === peer) ?? {}
          if (record === '') throw new Error('no address yet')
          return record
        },
      }),
    },
  }
  return { network: network as unknown as Network & { peers: Network['peers'] }, asked }
}

describe('clients that want to be advertised', () => {
  it('are reported while they are connected, by the records that they signed', async () => {
    const clock = createFakeClock(Date.now())
    const clients = await Promise.all([clientWith(), clientWith(), clientWith()])
    const { network } = bootnodeWith(clients, clock)
    const shared = advertiseClients(network)
    await clock.advance(0)
    const drawn = shared.draw(10, any)
    expect(drawn.map(({ id, enr }) => ({ id, record: enr })).toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
      clients.toSorted((a, b) => a.id.localeCompare(b.id)),
    )
    expect(shared.draw(2, any)).toHaveLength(2)
    Object.assign(network, { peers: network.peers.slice(0, 1) })
    expect(shared.draw(10, any).map(({ id }) => id)).toEqual([clients[0]!.id])
    shared.stop()
  })

  it.each([
    ['a record of another client', async () => ({ ...(await clientWith()), id: RELAY })],
    [
      'a record that leads through another relay',
      () => clientWith(`/dns4/victim.example/tcp/443/tls/ws/p2p/${RELAY}/p2p-circuit/webrtc`),
    ],
    ['a record that leads past WebRTC', () => clientWith('/ip4/192.0.2.1/tcp/9000')],
    ['a record of another network', () => clientWith(undefined, testChain({ root: '43' }))],
  ])('are not reported by %s', async (_, make) => {
    const clock = createFakeClock(Date.now())
    const client = await make()
    const { network, asked } = bootnodeWith([client], clock)
    const shared = advertiseClients(network)
    await clock.advance(0)
    expect(asked).toEqual([client.id])
    expect(shared.draw(10, any)).toEqual([])
    shared.stop()
  })

  it('are asked again after five seconds while they have no address, and else after ten minutes', async () => {
    const clock = createFakeClock(Date.now())
    const { id, record } = await clientWith()
    const client = { id, record: '' }
    const { network, asked } = bootnodeWith([client], clock)
    const shared = advertiseClients(network)
    await clock.advance(5_000)
    expect(asked).toHaveLength(2)
    client.record = record
    await clock.advance(5_000)
    expect(shared.draw(1, any)).toHaveLength(1)
    await clock.advance(590_000)
    expect(asked).toHaveLength(3)
    await clock.advance(10_000)
    expect(asked).toHaveLength(4)
    shared.stop()
    await clock.advance(1_000_000)
    expect(asked).toHaveLength(4)
    expect(clock.pending).toBe(0)
  })
})
