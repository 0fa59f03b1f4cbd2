import { describe, expect, it } from 'vitest'
import { decodeEnr } from '../../src/discovery/enr/index.ts'
import { peerExchange, servePeerExchange } from '../../src/network/peer-exchange.ts'
import { peerExchangeId } from '../../src/network/peer-exchange-id.ts'
import { memoryStorage } from '../../src/platform/storage.ts'
import {
  cleanUpAfterEach,
  listenOn,
  nextEvent,
  startBareNode,
  startNetwork,
  testChain,
  untilPeers,
  untilStatus,
} from './support.ts'

cleanUpAfterEach()

const local = { allowPrivateAddresses: true } as const

describe('a node record of a network', () => {
  it('tells its digest and addresses, and changes only when they do', async () => {
    const chain = testChain()
    const network = await startNetwork({ chain, listen: [...listenOn.tcp, ...listenOn.ws] })
    const record = await network.record()
    const enr = decodeEnr(record)
    expect(enr.peerId).toBe(network.peerId)
    expect(enr.pairs.has('tcp')).toBe(true)
    expect(enr.pairs.has('multiaddrs')).toBe(true)
    expect(await network.record()).toBe(record)
  })
})

describe('recruiting', () => {
  it('connects to a peer of which only the record is known', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain, ...local, records: [await server.record()] })
    await untilPeers(client, 1)
    expect(client.peers[0]?.id).toBe(server.peerId)
    expect(client.drawPeers(10).map(({ id }) => id)).toEqual([server.peerId])
  })

  it('does not dial into the private network that a stranger tells of', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const bootnode = await startNetwork({ chain, ...local, listen: listenOn.tcp, records: [await server.record()] })
    await untilPeers(bootnode, 1)
    servePeerExchange(bootnode.reqresp, bootnode.drawPeers)
    const discovering = startNetwork({ chain, peers: bootnode.addresses })
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
    expect(client.drawPeers(10)).toEqual([])
  })

  it('finds a second peer through the first, and lives on when the first one dies', async () => {
    const chain = testChain()
    const second = await startNetwork({ chain, listen: listenOn.tcp })
    const first = await startNetwork({ chain, ...local, listen: listenOn.tcp, records: [await second.record()] })
    await untilPeers(first, 1)
    servePeerExchange(first.reqresp, first.drawPeers)
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
    const before = await startNetwork({ chain, ...local, storage, records: [await server.record()] })
    await untilPeers(before, 1)
    const { peerId } = before
    await before.stop()
    const after = await startNetwork({ chain, ...local, storage })
    expect(after.peerId).toBe(peerId)
    await untilPeers(after, 1)
    expect(after.drawPeers(1)[0]).toMatchObject({ id: server.peerId, place: 'old' })
  })

  it('leaves a recruited peer that offers nothing of what is wanted', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({
      chain,
      ...local,
      records: [await server.record()],
      wantedProtocols: ['/eth2/beacon_chain/req/light_client_bootstrap/1/ssz_snappy'],
    })
    const left = await nextEvent(client.events(['peer:disconnected']))
    expect(left).toMatchObject({ peer: { id: server.peerId }, reason: 'it offers nothing that we need' })
    await untilStatus(client, ({ peers }) => peers === 0)
  })

  it('bans a peer that tells of forged records', async () => {
    const chain = testChain()
    const honest = await startNetwork({ chain, listen: listenOn.tcp })
    const forged = decodeEnr(await honest.record()).bytes.slice()
    forged[forged.length - 1]! ^= 1
    const liar = await startBareNode(chain)
    liar.reqresp.serve(peerExchange, function* () {
      yield [forged]
    })
    expect(liar.libp2p.getProtocols()).toContain(peerExchangeId)
    const client = await startNetwork({ chain, ...local, peers: [liar.address] })
    const banned = await nextEvent(client.events(['peer:banned']))
    expect(banned).toMatchObject({ peerId: liar.peerId, reason: expect.stringContaining('node record') })
  })

  it('recruits nobody where no peers are wanted', async () => {
    const chain = testChain()
    const server = await startNetwork({ chain, listen: listenOn.tcp })
    const client = await startNetwork({ chain, ...local, targetPeers: 0, records: [await server.record()] })
    expect(client.drawPeers(10)).toEqual([])
    await client.stop()
    expect(server.peers).toEqual([])
  })

  it('refuses a record that is none before anything is dialed', async () => {
    await expect(startNetwork({ chain: testChain(), records: ['enr:nonsense'] })).rejects.toMatchObject({
      code: 'enr_invalid',
    })
  })
})
