import { setImmediate } from 'node:timers/promises'
import { ByteListType } from '@chainsafe/ssz'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineProtocol, sszCodec } from '../../src/reqresp/index.ts'
import { encodeRequest } from '../../src/wire/index.ts'
import { createReqRespPair, openStreams, type ReqRespPair } from '../kit/reqresp-pair.ts'

/** More than a window of the muxer, so that sending has to wait, and too random to become less. */
const MANY_BYTES = 1 << 21

/** Bytes that no compression shortens, of which no two seeds share a start. */
function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0, state = seed + 1; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

const transfer = defineProtocol({
  name: 'transfer',
  request: sszCodec(new ByteListType(MANY_BYTES)),
  response: sszCodec(new ByteListType(MANY_BYTES)),
  maxChunks: 3,
})

// Where libp2p's streams lead astray. Other tests show the rest: onDrain(), readers that come late, a reset before them.
describe.each(['yamux', 'mplex'] as const)('over %s', (muxer) => {
  let pair: ReqRespPair
  beforeAll(async () => {
    pair = await createReqRespPair({ muxer })
  })
  afterAll(() => pair.stop())

  it('a handler may use its bytes again once it has yielded them, although the stream still holds what it sends', async () => {
    const block = noise(MANY_BYTES, 0)
    const withdraw = pair.responder.serve(transfer, async function* () {
      for (const seed of [1, 2, 3]) {
        block.set(noise(MANY_BYTES, seed))
        // While the chunk is on its way: the asker is slow to take it.
        setImmediate().then(() => block.fill(0xff))
        yield block
      }
    })
    let seed = 0
    for await (const chunk of pair.asker.request(transfer, new Uint8Array(1), { peer: pair.peer })) {
      for (let turn = 0; turn < 20; turn++) await setImmediate()
      expect(Buffer.compare(chunk, noise(MANY_BYTES, ++seed))).toBe(0)
    }
    expect(seed).toBe(3)
    withdraw()
  })

  it('what the stream could only buffer is sent once: a request of many bytes arrives as it is', async () => {
    const request = noise(MANY_BYTES, 7)
    let received: Uint8Array | undefined
    const withdraw = pair.responder.serve(transfer, async function* (bytes) {
      received = bytes
      yield Uint8Array.of(1)
    })
    const exchange = pair.asker.request(transfer, request, { peer: pair.peer })
    await expect(exchange.all()).resolves.toEqual([Uint8Array.of(1)])
    expect(Buffer.compare(received!, request)).toBe(0)
    withdraw()
  })

  it('a request is answered however long it waits for its turn after the asker has closed its half', async () => {
    const free = Promise.withResolvers<void>()
    let calls = 0
    const withdraw = pair.responder.serve(transfer, async function* (bytes) {
      calls++
      await free.promise
      yield bytes
    })
    const answers: number[] = []
    const [connection] = pair.nodes.asker.getConnections()
    const streams = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const stream = await connection!.newStream([transfer.id])
        stream.addEventListener('message', ({ data }) => void answers.push(data.byteLength))
        return stream
      }),
    )
    const request = encodeRequest(Uint8Array.of(9))
    for (const stream of streams) {
      stream.send(request)
      await stream.close()
    }
    while (calls < 2) await setImmediate()
    for (let turn = 0; turn < 50; turn++) await setImmediate()
    expect(calls).toBe(2)
    free.resolve()
    while (openStreams(pair.nodes.asker) > 0) await setImmediate()
    expect(answers).toHaveLength(4)
    // One call a stream: middleware of libp2p would multiply them.
    expect(calls).toBe(4)
    withdraw()
  })
})
