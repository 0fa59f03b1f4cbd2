import { ByteListType } from '@chainsafe/ssz'
import type { Stream } from '@libp2p/interface'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { forkDigestAtSlot, fromHex } from '../../src/chain/index.ts'
import { LamparaError } from '../../src/errors/index.ts'
import { defineProtocol, protocols, sszCodec } from '../../src/reqresp/index.ts'
import { createByteReader } from '../../src/streams/bytes/byte-reader.ts'
import { encodeErrorChunk, encodeFrames, encodeVarint } from '../../src/wire/index.ts'
import { otherHalfClosed } from '../kit/fault-peers.ts'
import { chunkBytes, createReqRespPair, objectAtSlot, type ReqRespPair, testChain } from '../kit/reqresp-pair.ts'

const { goodbye, lightClientBootstrap, lightClientUpdatesByRange, metadata, ping } = protocols

let pair: ReqRespPair
beforeEach(async () => {
  pair = await createReqRespPair()
})
afterEach(async () => {
  await pair.quiet()
  await pair.stop()
})

/** SSZ as both directions carry it. */
const framed = (ssz: Uint8Array): Uint8Array => Uint8Array.from([...encodeVarint(ssz.length), ...encodeFrames(ssz)])
/** A number as SSZ has it. */
const uint64 = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)

/** Takes one request of a method by hand: every byte up to the asker's end, which is waited for before anything is answered. */
async function takeRequest(id: string): Promise<{ readonly bytes: Promise<Uint8Array> }> {
  const taken = Promise.withResolvers<Uint8Array>()
  await pair.nodes.responder.handle(id, (stream: Stream) => {
    const bytes: number[] = []
    stream.addEventListener('message', ({ data }) => bytes.push(...data.subarray()))
    otherHalfClosed(stream).then(async () => {
      await stream.close()
      taken.resolve(Uint8Array.from(bytes))
    }, taken.reject)
  })
  return { bytes: taken.promise }
}

/** Asks by hand, and gives every byte of the answer up to its end. */
async function answerBytes(id: string, request: Uint8Array): Promise<Uint8Array> {
  const [connection] = pair.nodes.asker.getConnections()
  const stream = await connection!.newStream([id])
  const reader = createByteReader(stream)
  if (request.length > 0) stream.send(request)
  await stream.close()
  const bytes: number[] = []
  while (await reader.hasMore()) bytes.push(...(await reader.read(1)))
  return Uint8Array.from(bytes)
}

describe('the id of a method', () => {
  it('is the one that the specification gives it', () => {
    const ids = Object.values(protocols).flatMap(({ id, fallbacks }) => [
      id,
      ...(fallbacks ?? []).map(({ protocol }) => protocol.id),
    ])
    expect(ids.map((id) => id.replace(/^\/eth2\/beacon_chain\/req(\/.*)\/ssz_snappy$/, '$1'))).toEqual([
      '/status/2',
      '/status/1',
      '/goodbye/1',
      '/ping/1',
      '/metadata/3',
      '/metadata/2',
      '/metadata/1',
      '/light_client_bootstrap/1',
      '/light_client_updates_by_range/1',
      '/light_client_finality_update/1',
      '/light_client_optimistic_update/1',
    ])
  })

  it('is taken by its very letters alone', async () => {
    for (const near of [
      ping.id.replace('ping', 'Ping'),
      ping.id.replace('/1/', '/1.0/'),
      ping.id.slice(0, -7),
      `${ping.id}/`,
    ]) {
      await pair.misbehave(near, (stream) => stream.close())
    }
    const asking = pair.asker.request(ping, 1n, { peer: pair.peer })
    await expect(asking.single()).rejects.toMatchObject({ code: 'protocol_unsupported' })
  })
})

describe('a request', () => {
  it('is its length and its frames, and then the end of our half', async () => {
    const { bytes } = await takeRequest(lightClientUpdatesByRange.id)
    const range = { startPeriod: 7, count: 3 }
    await pair.asker.request(lightClientUpdatesByRange, range, { peer: pair.peer }).all()
    expect(await bytes).toEqual(framed(Uint8Array.from([...uint64(7), ...uint64(3)])))
  })

  it('of a method without content is nothing but the end of our half', async () => {
    const { bytes } = await takeRequest(metadata.id)
    await pair.asker.request(metadata, undefined, { peer: pair.peer }).completed
    expect(await bytes).toEqual(new Uint8Array(0))
  })
})

describe('a message of one field', () => {
  const root = new Uint8Array(32).fill(0xab)
  const to = () => ({ peer: pair.peer })

  it.each([
    ['ping', ping.id, uint64(258), () => pair.asker.request(ping, 258n, to()).completed],
    ['goodbye', goodbye.id, uint64(129), () => pair.asker.request(goodbye, 129n, to()).completed],
    [
      'light_client_bootstrap',
      lightClientBootstrap.id,
      root,
      () => pair.asker.request(lightClientBootstrap, root, to()).completed,
    ],
  ] as const)('is that field alone: %s', async (_, id, ssz, ask) => {
    const { bytes } = await takeRequest(id)
    await ask().catch(() => {})
    expect(await bytes).toEqual(framed(ssz))
  })
})

describe('an answer', () => {
  const range = framed(Uint8Array.from([...uint64(0), ...uint64(9)]))
  // In Capella, and after the blob-parameter fork.
  const [older, newer] = [objectAtSlot('update', 250), objectAtSlot('update', 570)]
  const [first, second] = [older, newer].map((update) => chunkBytes(lightClientUpdatesByRange, update))

  it('is a zero, the length and the frames, and then the end', async () => {
    pair.responder.serve(ping, function* (value) {
      yield value + 1n
    })
    expect(await answerBytes(ping.id, framed(uint64(6)))).toEqual(Uint8Array.from([0, ...framed(uint64(7))]))
  })

  it('of a method with a context has the fork digest after its zero', async () => {
    pair.responder.serve(lightClientUpdatesByRange, () => [older, newer])
    const answer = await answerBytes(lightClientUpdatesByRange.id, range)
    expect(answer).toEqual(Uint8Array.from([...first!, ...second!]))
    expect(first!.subarray(0, 5)).toEqual(Uint8Array.from([0, ...fromHex(forkDigestAtSlot(testChain, 250))]))
    expect(second!.subarray(0, 5)).toEqual(Uint8Array.from([0, ...fromHex(forkDigestAtSlot(testChain, 570))]))
  })

  it('that is an error has no context, though the method has one', async () => {
    pair.responder.serve(lightClientUpdatesByRange, () => {
      throw new LamparaError('resource_unavailable', 'pruned')
    })
    const answer = await answerBytes(lightClientUpdatesByRange.id, range)
    expect(answer).toEqual(Uint8Array.from([3, ...framed(new TextEncoder().encode('pruned'))]))
    expect(answer).toEqual(encodeErrorChunk(3, 'pruned'))
  })

  it('of several chunks waits between them, never within one', async () => {
    const gate = Promise.withResolvers<void>()
    pair.responder.serve(lightClientUpdatesByRange, async function* () {
      yield older
      await gate.promise
      yield newer
    })
    const [connection] = pair.nodes.asker.getConnections()
    const stream = await connection!.newStream([lightClientUpdatesByRange.id])
    const got: number[] = []
    stream.addEventListener('message', ({ data }) => got.push(...data.subarray()))
    stream.send(range)
    await stream.close()
    while (got.length < first!.length) await new Promise(setImmediate)
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    expect(Uint8Array.from(got)).toEqual(first)
    gate.resolve()
    await otherHalfClosed(stream)
    expect(Uint8Array.from(got)).toEqual(Uint8Array.from([...first!, ...second!]))
  })
})

describe('a method of one’s own', () => {
  const most = 10 * 1024 * 1024
  const bytes = sszCodec(new ByteListType(2 * most))
  const download = defineProtocol<Uint8Array, Uint8Array>({
    name: 'download',
    id: '/test/download/1',
    request: bytes,
    response: bytes,
  })
  const ask = (request = new Uint8Array(1)) => pair.asker.request(download, request, { peer: pair.peer }).single()

  it('carries no payload of more than 10 MiB, whatever its type allows', async () => {
    await pair.misbehave(download.id, (stream) => {
      stream.send(Uint8Array.from([0, ...encodeVarint(most + 1)]))
    })
    await expect(ask()).rejects.toMatchObject({ code: 'length_out_of_bounds' })
    await expect(ask(new Uint8Array(most + 1))).rejects.toMatchObject({ code: 'invalid_argument' })
    await pair.nodes.responder.unhandle(download.id)

    pair.responder.serve(download, () => [new Uint8Array(most + 1)])
    await expect(ask()).rejects.toMatchObject({ code: 'server_error' })
    const [code] = await answerBytes(download.id, encodeVarint(most + 1))
    expect(code).toBe(1)
  })
})
