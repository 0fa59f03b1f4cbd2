// A process of its own: nodes that can be found by discv5 and dialed over TCP, and that look for nobody themselves.
import { generateKeyPair } from '@libp2p/crypto/keys'
import { addressPairs, decodeEnr, encodeForkId, forkIdAt, signEnr } from '../../src/discovery/enr/index.ts'
import { startDiscv5 } from '../../src/platform/node/discv5/start-discv5.ts'
import { createBareNode } from './bare-node.ts'
import { answerGreetings } from './greetings.ts'
import { benchChain } from './loads.ts'

/** How many nodes to start. */
export interface NodesOrder {
  readonly count: number
}

/** The records of all of them; the first is that of the bootnode. */
export interface StartedNodes {
  readonly records: readonly string[]
}

async function startNode(known: readonly string[]): Promise<string> {
  const privateKey = await generateKeyPair('secp256k1')
  const libp2p = await createBareNode(['/ip4/127.0.0.1/tcp/0'], privateKey)
  answerGreetings(libp2p)
  const tcp = Number(
    libp2p
      .getMultiaddrs()[0]!
      .getComponents()
      .find(({ name }) => name === 'tcp')!.value,
  )
  const pairs = new Map([
    ...addressPairs({ ip: '127.0.0.1', tcp }),
    ['eth2', encodeForkId(forkIdAt(benchChain, Date.now()))],
  ])
  const discv5 = await startDiscv5({
    listen: '/ip4/127.0.0.1/udp/0',
    bootEnrs: [...known],
    known: [],
    chainName: benchChain.name,
    privateKey: privateKey.raw,
    record: signEnr(privateKey.raw, { seq: 1n, pairs }).text,
    mayContact: () => true,
    read: (record) => ({ peerId: decodeEnr(record).peerId, addresses: [] }),
  })
  // Once, so that it and those before it have each other in their tables.
  const { signal } = new AbortController()
  if (known.length > 0) for await (const _ of discv5.source.candidates({ signal }));
  return discv5.record
}

process.once('message', async ({ count }: NodesOrder) => {
  const records: string[] = []
  while (records.length < count) records.push(await startNode(records))
  process.send?.({ records } satisfies StartedNodes)
})
process.once('disconnect', () => process.exit())
