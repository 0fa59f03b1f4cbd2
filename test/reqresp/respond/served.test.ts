import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import { sends, stuckResponders } from '../../kit/fault-peers.ts'
import { chunkBytes, createReqRespPair, objectAtSlot, type ReqRespPair } from '../../kit/reqresp-pair.ts'

const { lightClientUpdatesByRange: method } = protocols
const update = objectAtSlot('update', 480)
const chunk = chunkBytes(method, update)
const two = { startPeriod: 1, count: 2 }

let pair: ReqRespPair
beforeEach(async () => {
  pair = await createReqRespPair()
})
afterEach(() => pair.stop())

async function ask(): Promise<void> {
  await pair.asker
    .request(method, two, { peer: pair.peer })
    .all()
    .catch(() => {})
  await pair.quiet()
}

describe('a peer has served', () => {
  it('when all that it answered with could be read', async () => {
    pair.responder.serve(method, () => [update, update])
    await ask()
    expect(pair.served).toEqual([method.name])
  })

  it('when it closed after fewer chunks than there could be', async () => {
    pair.responder.serve(method, () => [update])
    await ask()
    expect(pair.served).toEqual([method.name])
  })
})

describe('a peer has served nothing', () => {
  it('by an answer without a chunk', async () => {
    pair.responder.serve(method, () => [])
    await ask()
    expect(pair.served).toEqual([])
  })

  it('by a refusal', async () => {
    pair.responder.serve(method, () => {
      throw new LamparaError('resource_unavailable', 'not here')
    })
    await ask()
    expect(pair.served).toEqual([])
  })

  it('by an answer that breaks off within a chunk, however much came before', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunk, ...chunk.subarray(0, 100)])),
    )
    await ask()
    expect(pair.served).toEqual([])
  })

  it('as long as its answer is not over', async () => {
    await pair.misbehave(method.id, stuckResponders.endless, [chunk])
    const exchange = pair.asker.request(method, { startPeriod: 1, count: 100 }, { peer: pair.peer })
    for await (const _ of exchange) break
    await pair.quiet()
    expect(pair.served).toEqual([])
  })
})
