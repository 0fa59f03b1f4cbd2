import { describe, expect, it } from 'vitest'
import { decodeEnr } from '../../../src/discovery/enr/index.ts'
import { peerExchange, servePeerExchange } from '../../../src/network/discovery/peer-exchange.ts'
import { peerExchangeId } from '../../../src/network/discovery/peer-exchange-id.ts'
import { memoryStorage } from '../../../src/platform/storage.ts'
import {
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  untilStatus,
} from '../../kit/network.ts'

cleanUpAfterEach()

const local = { allowPrivateAddresses: true } as const

describe('a node record of a network', () => {
  it('tells its digest and addresses, and changes only when they do', async () => {
    const chain = testChain()
    const network = await startNetwork({ chain, listen: [...listenOn.tcp, ...listenOn.ws] })
    const record = await network.enr()
    const enr = decodeEnr(record)
    expect(enr.peerId).toBe(network.peerId)
    expect(enr.pairs.has('tcp')).toBe(true)
    expect(enr.pairs.has('multiaddrs')).toBe(true)
    expect(await network.enr()).toBe(record)
  })
})

describe('discovery', () => {
  it('connects to a peer of which only the record is known', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain, ...local, enrs: [await server.enr()] })
    await untilPeers(client, 1)
    expect(client.peers[0]?.id).toBe(server.peerId)
    expect(client.samplePeers(10).map(({ id }) => id)).toEqual([server.peerId])
  })

  it('does not dial into the private network that an unknown peer reports', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const bootnode = await startNetwork({ chain, ...local, listen: listenOn.tcp, enrs: [await server.enr()] })
    await untilPeers(bootnode, 1)
    servePeerExchange(bootnode.reqresp, bootnode.samplePeers)
    const discovering = startNetwork({ chain, staticPeers: bootnode.addresses })
    const client = await discovering
    await untilPeers(client, 1)
    const told = await client.reqresp
      .request(
        peerExchange,
        { forkDigest: client.peers[0]!.status!.forkDigest, transports: ['tcp'], limit: 30 },
        { peer: bootnode.peerId },
      )
      .single()
    expect(told).toHaveLength(1)
    expect(client.samplePeers(10)).toEqual([])
  })

  it('finds a second peer through the first, and lives on when the first one dies', async () => {
    const chain = testChain()
    const second = await startNetwork({ chain, listen: listenOn.tcp })
    const first = await startNetwork({ chain, ...local, listen: listenOn.tcp, enrs: [await second.enr()] })
    await untilPeers(first, 1)
    servePeerExchange(first.reqresp, first.samplePeers)
    const client = await startNetwork({ chain, ...local, bootnodes: first.addresses })
    const discovered = nextEvent(client.events(['peer:discovered']))
    await untilPeers(client, 2)
    expect(await discovered).toMatchObject({ peerId: second.peerId, source: 'peer-exchange' })
    await first.stop()
    await untilPeers(client, 1)
    expect(client.peers[0]?.id).toBe(second.peerId)
  })

  it('remembers across a restart whom it had reached', async () => {
    const chain = testChain()
    const storage = memoryStorage()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const before = await startNetwork({ chain, ...local, storage, enrs: [await server.enr()] })
    await untilPeers(before, 1)
    const { peerId } = before
    await before.stop()
    const after = await startNetwork({ chain, ...local, storage })
    expect(after.peerId).toBe(peerId)
    await untilPeers(after, 1)
    expect(after.samplePeers(1)[0]).toMatchObject({ id: server.peerId, table: 'old' })
  })

  it('leaves a discovered peer that offers nothing of what is wanted', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({
      chain,
      ...local,
      enrs: [await server.enr()],
      requiredProtocols: ['/eth2/beacon_chain/req/light_client_bootstrap/1/ssz_snappy'],
    })
    const left = await nextEvent(client.events(['peer:disconnected']))
    expect(left).toMatchObject({ peer: { id: server.peerId }, reason: 'no required protocol' })
    await untilStatus(client, ({ peers }) => peers === 0)
  })

  it('bans a peer that reports forged records', async () => {
    const chain = testChain()
    const honest = await startNetwork({ chain, listen: listenOn.tcp })
    const forged = decodeEnr(await honest.enr()).bytes.slice()
    forged[forged.length - 1]! ^= 1
    const liar = await startBareNode(chain)
    liar.reqresp.serve(peerExchange, function* () {
      yield [forged]
    })
    expect(liar.libp2p.getProtocols()).toContain(peerExchangeId)
    const client = await startNetwork({ chain, ...local, staticPeers: [liar.address] })
    const banned = await nextEvent(client.events(['peer:banned']))
    expect(banned).toMatchObject({ peerId: liar.peerId, reason: expect.stringContaining('node record') })
  })

  it('dials nobody where no peers are wanted', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain, ...local, targetPeers: 0, enrs: [await server.enr()] })
    expect(client.samplePeers(10)).toEqual([])
    await client.stop()
    expect(server.peers).toEqual([])
  })

  it('refuses a record that is not one before anything is dialed', async () => {
    await expect(startNetwork({ chain: testChain(), enrs: ['enr:nonsense'] })).rejects.toMatchObject({
      code: 'enr_invalid',
    })
  })
})
