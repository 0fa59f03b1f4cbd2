import { describe, expect, it } from 'vitest'
import { LamparaError } from '../../src/errors/index.ts'
import { askPeers } from '../../src/light-client/ask-peers.ts'
import type { Network } from '../../src/network/types.ts'
import { protocols } from '../../src/reqresp/index.ts'
import {
  cleanUpAfterEach,
  listenOn,
  slotNow,
  startNetwork,
  testChain,
  untilPeers,
  updateAt,
} from '../network/support.ts'

cleanUpAfterEach()

/** A node that has two peers, each of which serves the latest optimistic update. */
async function askerOfTwo(): Promise<Network> {
  const chain = testChain()
  const update = updateAt(chain, 'optimistic_update', slotNow(chain))
  const servers = await Promise.all([
    startNetwork({ chain, listen: listenOn.tcp }),
    startNetwork({ chain, listen: listenOn.tcp }),
  ])
  for (const { reqresp } of servers) {
    reqresp.serve(protocols.lightClientOptimisticUpdate, function* () {
      yield update
    })
  }
  const asker = await startNetwork({ chain, peers: servers.flatMap(({ addresses }) => addresses) })
  await untilPeers(asker, 2)
  return asker
}

const { signal } = new AbortController()

describe('asking peers for light-client data', () => {
  it('goes on to the next peer when an answer is true but of no use', async () => {
    const asked: string[] = []
    const accept = async (_update: unknown, peer: string): Promise<boolean> => asked.push(peer) === 2
    await askPeers(await askerOfTwo(), protocols.lightClientOptimisticUpdate, undefined, accept, { signal })
    expect(new Set(asked).size).toBe(2)
  })

  it('asks nobody else once an answer was of use', async () => {
    const asked: string[] = []
    const accept = async (_update: unknown, peer: string): Promise<boolean> => asked.push(peer) > 0
    await askPeers(await askerOfTwo(), protocols.lightClientOptimisticUpdate, undefined, accept, { signal })
    expect(asked).toHaveLength(1)
  })

  it('completes when all have answered and nobody had anything new', async () => {
    const asked: string[] = []
    const accept = async (_update: unknown, peer: string): Promise<boolean> => asked.push(peer) < 0
    await askPeers(await askerOfTwo(), protocols.lightClientOptimisticUpdate, undefined, accept, { signal })
    expect(asked).toHaveLength(2)
  })

  it('asks nobody else when the checkpoint is too old, since nobody could change that', async () => {
    const asked: string[] = []
    const accept = async (_update: unknown, peer: string): Promise<boolean> => {
      asked.push(peer)
      throw new LamparaError('checkpoint_too_old', 'The checkpoint is too old')
    }
    const asking = askPeers(await askerOfTwo(), protocols.lightClientOptimisticUpdate, undefined, accept, { signal })
    await expect(asking).rejects.toMatchObject({ code: 'checkpoint_too_old' })
    expect(asked).toHaveLength(1)
  })
})
