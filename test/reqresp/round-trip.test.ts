import { BitArray } from '@chainsafe/ssz'
import { afterEach, describe, expect, it } from 'vitest'
import { mainnet } from '../../src/chain/index.ts'
import {
  defineProtocol,
  fallbackTo,
  type Handler,
  type Protocol,
  protocols,
  sszCodec,
} from '../../src/reqresp/index.ts'
import {
  contextSlotOf,
  forkFromJsonVersion,
  hashLightClientObject,
  type LightClientKind,
  type LightClientObject,
  type LightClientUpdatesByRangeRequest,
  lightClientJsonEntries,
  lightClientKindOfJson,
  lightClientObjectFromJson,
  networkMessages,
} from '../../src/ssz/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { createReqRespPair, objectAtSlot, type ReqRespPair } from '../kit/reqresp-pair.ts'

let pair: ReqRespPair
afterEach(async () => {
  await pair.quiet()
  expect(pair.penalties).toEqual([])
  expect(pair.inboundOffences).toEqual([])
  await pair.stop()
})

const status = {
  forkDigest: Uint8Array.of(1, 2, 3, 4),
  finalizedRoot: new Uint8Array(32).fill(5),
  finalizedEpoch: 6,
  headRoot: new Uint8Array(32).fill(7),
  headSlot: 8,
}
const metadata = {
  seqNumber: 9n,
  attnets: BitArray.fromBitLen(64),
  syncnets: BitArray.fromBitLen(4),
  custodyGroupCount: 128n,
}

/** Serves a method with given chunks, and tells what it was asked. */
function answering<Request, Response>(
  protocol: Protocol<Request, Response>,
  ...chunks: Response[]
): { readonly asked: Request[]; readonly by: string[] } {
  const asked: Request[] = []
  const by: string[] = []
  const handler: Handler<Request, Response> = async function* (request, { peer }) {
    asked.push(request)
    by.push(peer)
    yield* chunks
  }
  pair.responder.serve(protocol, handler)
  return { asked, by }
}

describe.each(['yamux', 'mplex'] as const)('over %s', (muxer) => {
  it('status: each side gets what the other sent', async () => {
    pair = await createReqRespPair({ muxer })
    const theirs = { ...status, headSlot: 80, earliestAvailableSlot: 70 }
    const { asked, by } = answering(protocols.status, theirs)
    const ours = { ...status, earliestAvailableSlot: 3 }
    await expect(pair.asker.request(protocols.status, ours, { peer: pair.peer }).single()).resolves.toEqual(theirs)
    expect(asked).toEqual([ours])
    expect(by).toEqual([pair.askerId])
  })

  it('ping: each side gets the other sequence number', async () => {
    pair = await createReqRespPair({ muxer })
    const { asked } = answering(protocols.ping, 7n)
    await expect(pair.asker.request(protocols.ping, 3n, { peer: pair.peer }).single()).resolves.toBe(7n)
    expect(asked).toEqual([3n])
  })

  it('metadata: is asked for without a request body', async () => {
    pair = await createReqRespPair({ muxer })
    const { asked } = answering(protocols.metadata, metadata)
    const got = await pair.asker.request(protocols.metadata, undefined, { peer: pair.peer }).single()
    expect(got).toEqual(metadata)
    expect(asked).toEqual([undefined])
  })

  it('goodbye: completes without an answer, awaited by `ended` alone', async () => {
    pair = await createReqRespPair({ muxer })
    const { asked } = answering(protocols.goodbye)
    const { completed } = pair.asker.request(protocols.goodbye, 1n, { peer: pair.peer })
    await expect(completed).resolves.toMatchObject({ outcome: 'complete', chunks: 0, peer: pair.peer })
    expect(asked).toEqual([1n])
  })

  it('light-client updates by range: every chunk under the digest of its own fork', async () => {
    pair = await createReqRespPair({ muxer })
    // A slot in each fork's epochs, the last one after the blob-parameter fork.
    const updates = [80, 160, 240, 320, 400, 480, 560].map((slot) => objectAtSlot('update', slot))
    const { asked } = answering(protocols.lightClientUpdatesByRange, ...updates)
    const exchange = pair.asker.request(
      protocols.lightClientUpdatesByRange,
      { startPeriod: 1, count: 7 },
      { peer: pair.peer },
    )
    const got = await exchange.all()
    expect(got).toEqual(updates)
    expect(asked).toEqual([{ startPeriod: 1, count: 7 }])
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 7 })
  })

  it.skipIf(!fixtures.available)(
    'recorded mainnet objects come out as they went in, for all four methods',
    async () => {
      pair = await createReqRespPair({ muxer, chain: mainnet })
      const objects = recorded('nimbus-capella-800-820')
      const of = <K extends LightClientKind>(kind: K): LightClientObject<K>[] =>
        objects.filter((object) => object.kind === kind) as LightClientObject<K>[]
      const [bootstrap] = of('bootstrap')
      const [finality] = of('finality_update')
      const [optimistic] = of('optimistic_update')
      const updates = of('update')
      answering(protocols.lightClientBootstrap, bootstrap!)
      answering(protocols.lightClientUpdatesByRange, ...updates)
      answering(protocols.lightClientFinalityUpdate, finality!)
      answering(protocols.lightClientOptimisticUpdate, optimistic!)
      const options = { peer: pair.peer }
      const range = { startPeriod: 800, count: 128 }
      const got = [
        await pair.asker.request(protocols.lightClientBootstrap, new Uint8Array(32).fill(1), options).single(),
        await pair.asker.request(protocols.lightClientFinalityUpdate, undefined, options).single(),
        await pair.asker.request(protocols.lightClientOptimisticUpdate, undefined, options).single(),
        ...(await pair.asker.request(protocols.lightClientUpdatesByRange, range, options).all()),
      ]
      expect(got.length).toBeGreaterThan(20)
      const roots = (list: readonly LightClientObject[]): Uint8Array[] =>
        list.map((object) => hashLightClientObject(mainnet, object))
      expect(roots(got)).toEqual(roots([bootstrap!, finality!, optimistic!, ...updates]))
    },
  )
})

describe("a method of one's own, whose older version has other words", () => {
  const celsius = sszCodec(networkMessages.ping)
  const older = defineProtocol({ name: 'weather', id: '/test/weather/1', request: celsius, response: celsius })
  const newer = defineProtocol({
    name: 'weather',
    version: 2,
    id: '/test/weather/2',
    request: sszCodec(networkMessages.lightClientUpdatesByRangeRequest),
    response: sszCodec(networkMessages.lightClientUpdatesByRangeRequest),
    fallbacks: [
      fallbackTo(older, {
        requestTo: ({ startPeriod }: LightClientUpdatesByRangeRequest) => BigInt(startPeriod),
        responseFrom: (value) => ({ startPeriod: Number(value), count: 1 }),
        requestFrom: (value) => ({ startPeriod: Number(value), count: 1 }),
        responseTo: ({ count }: LightClientUpdatesByRangeRequest) => BigInt(count),
      }),
    ],
  })

  it('is asked and answered in the newer words by anyone who speaks the newer version', async () => {
    pair = await createReqRespPair()
    const old = answering(older, 21n)
    const asking = pair.asker.request(newer, { startPeriod: 7, count: 3 }, { peer: pair.peer })
    await expect(asking.single()).resolves.toEqual({ startPeriod: 21, count: 1 })
    expect(old.asked).toEqual([7n])
  })

  it('is answered to those who speak the older one', async () => {
    pair = await createReqRespPair()
    const { asked } = answering(newer, { startPeriod: 5, count: 9 })
    await expect(pair.asker.request(older, 4n, { peer: pair.peer }).single()).resolves.toBe(9n)
    expect(asked).toEqual([{ startPeriod: 4, count: 1 }])
  })
})

describe('with a peer that speaks an older version', () => {
  const statusV1 = defineProtocol({
    name: 'status',
    request: sszCodec(networkMessages.status),
    response: sszCodec(networkMessages.status),
  })

  it('status falls back to version 1, without the field that it lacks', async () => {
    pair = await createReqRespPair()
    const { asked } = answering(statusV1, status)
    const ours = { ...status, earliestAvailableSlot: 3 }
    await expect(pair.asker.request(protocols.status, ours, { peer: pair.peer }).single()).resolves.toEqual(status)
    expect(asked).toEqual([status])
  })

  it('one handler answers both versions of status', async () => {
    pair = await createReqRespPair()
    const { asked } = answering(protocols.status, { ...status, earliestAvailableSlot: 3 })
    await expect(pair.asker.request(statusV1, status, { peer: pair.peer }).single()).resolves.toEqual(status)
    expect(asked).toEqual([status])
  })

  it('metadata falls back to version 2, then 1', async () => {
    pair = await createReqRespPair()
    const { seqNumber, attnets, syncnets } = metadata
    const metadataV1 = defineProtocol({ name: 'metadata', response: sszCodec(networkMessages.metadataV1) })
    const metadataV2 = defineProtocol({ name: 'metadata', version: 2, response: sszCodec(networkMessages.metadataV2) })
    const ask = () => pair.asker.request(protocols.metadata, undefined, { peer: pair.peer }).single()
    answering(metadataV1, { seqNumber, attnets })
    await expect(ask()).resolves.toEqual({ seqNumber, attnets })
    answering(metadataV2, { seqNumber, attnets, syncnets })
    await expect(ask()).resolves.toEqual({ seqNumber, attnets, syncnets })
  })

  it('metadata without syncnets and custody count is sent with none and 4, which peers accept', async () => {
    pair = await createReqRespPair()
    answering(protocols.metadata, { seqNumber: 1n, attnets: BitArray.fromBitLen(64) })
    const got = await pair.asker.request(protocols.metadata, undefined, { peer: pair.peer }).single()
    expect(got).toMatchObject({ custodyGroupCount: 4n, syncnets: BitArray.fromBitLen(4) })
  })

  it('a peer that speaks no version gives `protocol_unsupported`', async () => {
    pair = await createReqRespPair()
    const exchange = pair.asker.request(protocols.metadata, undefined, { peer: pair.peer })
    await expect(exchange.single()).rejects.toMatchObject({ code: 'protocol_unsupported' })
  })
})

function recorded(folder: string): LightClientObject[] {
  const objects = fixtures.list('light-client-api', folder).flatMap((file) => {
    if (!file.endsWith('.json')) return []
    return lightClientJsonEntries(fixtures.json('light-client-api', folder, file)).map(({ version, data }) =>
      lightClientObjectFromJson(mainnet, lightClientKindOfJson(data)!, forkFromJsonVersion(version)!, data),
    )
  })
  return objects.sort((a, b) => contextSlotOf(a) - contextSlotOf(b))
}
