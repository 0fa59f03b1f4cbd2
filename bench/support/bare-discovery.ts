import { Discv5 } from '@chainsafe/discv5'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { epochOfSlot, forkDigestAtEpoch, fromHex, slotAtMs } from '../../src/chain/index.ts'
import { signEnr } from '../../src/discovery/enr/index.ts'
import { protocols } from '../../src/reqresp/index.ts'
import { createBareNode } from './bare-node.ts'
import { bareRequest } from './bare-request.ts'
import { benchChain } from './loads.ts'

type ENR = Awaited<ReturnType<Discv5['findRandomNode']>>[number]

/** A libp2p node and discv5, wired as one would by hand: anyone who is found is dialed, and greeted with Status. */
export interface BareDiscovery {
  /** Resolves when so many peers are connected, have identified themselves and answered Status. */
  untilPeers(count: number): Promise<void>
  stop(): Promise<void>
}

/** Starts both. */
export async function startBareDiscovery(bootstrap: string): Promise<BareDiscovery> {
  const libp2p = await createBareNode([])
  const privateKey = await generateKeyPair('secp256k1')
  const discv5 = Discv5.create({
    enr: signEnr(privateKey.raw, { seq: 1n, pairs: new Map() }).text,
    privateKey,
    bindAddrs: { ip4: multiaddr('/ip4/127.0.0.1/udp/0') },
  })
  discv5.addEnr(bootstrap)
  const greeted = new Set<string>()
  let wanted = Number.POSITIVE_INFINITY
  let stopped = false
  const full = Promise.withResolvers<void>()

  libp2p.addEventListener('peer:identify', ({ detail }) => {
    const greet = async (): Promise<void> => {
      await bareRequest(detail.connection, protocols.status.id, genesisStatus())
      greeted.add(detail.peerId.toString())
      if (greeted.size >= wanted) full.resolve()
    }
    greet().catch(full.reject)
  })
  const dialed = new Set<string>()
  function found(enr: ENR): void {
    const address = enr.getLocationMultiaddr('tcp')
    if (stopped || address === undefined || dialed.has(enr.nodeId) || dialed.size >= wanted) return
    dialed.add(enr.nodeId)
    libp2p.dial(multiaddr(address.toString())).catch(() => dialed.delete(enr.nodeId))
  }
  discv5.on('discovered', found)
  await discv5.start()

  async function search(): Promise<void> {
    while (!stopped && greeted.size < wanted) for (const enr of await discv5.findRandomNode()) found(enr)
  }

  return {
    async untilPeers(count) {
      wanted = count
      for (const enr of discv5.kadValues()) found(enr)
      search().catch(full.reject)
      await full.promise
    },
    async stop() {
      stopped = true
      await discv5.stop()
      await libp2p.stop()
    },
  }
}

/** Status 2 of a node at genesis: digest, root, epoch, root, slot, slot. */
function genesisStatus(): Uint8Array {
  const bytes = new Uint8Array(4 + 32 + 8 + 32 + 8 + 8)
  const epoch = epochOfSlot(benchChain, slotAtMs(benchChain, Date.now()))
  bytes.set(fromHex(forkDigestAtEpoch(benchChain, epoch), 4))
  return bytes
}
