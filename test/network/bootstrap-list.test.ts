import { describe, expect, it } from 'vitest'
import { bootstrapList } from '../../src/network/index.ts'
import { createResolveTxt } from '../../src/platform/node/resolve-txt.ts'
import { startDnsServer } from '../kit/dns-server.ts'
import { cleanUpAfterEach, listenOn, nextEvent, startNetwork, testChain, untilPeers } from '../kit/network.ts'

cleanUpAfterEach()
const chain = testChain()
const local = { chain, allowPrivateAddresses: true } as const

describe('a network with a bootstrap list', () => {
  it('connects to its peers, by record, by address, and by a name that DNS knows', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => startNetwork({ chain, listen: listenOn.tcp })))
    const [byRecord, byAddress, byName] = servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]]
    const dns = await startDnsServer({ '_dnsaddr.peers.test': [[`dnsaddr=${byName.addresses[0]}`]] })
    try {
      const text = `- ${await byRecord.enr()}\n- ${byAddress.addresses[0]}\n- /dnsaddr/peers.test # ours\n`
      const list = bootstrapList(text, { name: 'ours', resolveTxt: createResolveTxt({ servers: [dns.address] }) })
      const client = await startNetwork({ ...local, peerSources: [list] })
      const discovered = nextEvent(client.events(['peer:discovered']))
      await untilPeers(client, 3)
      expect(client.peers.map(({ id }) => id).sort()).toEqual(servers.map(({ peerId }) => peerId).sort())
      expect(await discovered).toMatchObject({ source: 'ours' })
    } finally {
      dns.stop()
    }
  })

  it('begins discv5 with the records in it', async () => {
    const discv5 = { listen: '/ip4/127.0.0.1/udp/0', bootEnrs: [] } as const
    const server = await startNetwork({ ...local, listen: listenOn.tcp, discv5 })
    const { enrs } = bootstrapList(`# a network's own\n- ${await server.enr()}\n`)
    const client = await startNetwork({ ...local, discv5: { ...discv5, bootEnrs: enrs } })
    await untilPeers(client, 1)
    expect(client.peers[0]?.id).toBe(server.peerId)
  })
})
