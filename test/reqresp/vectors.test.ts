import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { fromHex, type Hex } from '../../src/chain/index.ts'
import { defineProtocol, protocols, sszCodec } from '../../src/reqresp/index.ts'
import { networkMessages } from '../../src/ssz/index.ts'
import { createByteReader } from '../../src/streams/bytes/byte-reader.ts'
import { readChunkHead } from '../../src/wire/index.ts'
import { fixtures } from '../kit/fixtures.ts'
import { createReqRespPair, type ReqRespPair } from '../kit/reqresp-pair.ts'

interface Message {
  readonly request_or_payload_chunks: readonly Hex[]
  readonly async_chunks: readonly Hex[]
}

/** What another implementation wrote on the wire, taken through our two sides as bytes. */
describe.skipIf(!fixtures.available)("another implementation's bytes", () => {
  const messages = fixtures.available
    ? (fixtures.json('reqresp', 'lodestar-messages.json') as Record<string, Message>)
    : {}
  const errors = fixtures.available
    ? (fixtures.json('reqresp', 'lodestar-error-responses.json') as {
        name: string
        bytes: Hex
        code: number
        message: string
      }[])
    : []
  const malformed = fixtures.available
    ? (fixtures.json('reqresp', 'lodestar-decoding-errors.json') as { name: string; bytes: Hex }[])
    : []

  const statusV1 = defineProtocol({
    name: 'status',
    request: sszCodec(networkMessages.status),
    response: sszCodec(networkMessages.status),
  })
  const status = {
    forkDigest: new Uint8Array(4).fill(0xda),
    finalizedRoot: new Uint8Array(32).fill(0xda),
    finalizedEpoch: 9,
    headRoot: new Uint8Array(32).fill(0xda),
    headSlot: 9,
  }

  let pair: ReqRespPair
  let withdraw = (): void => {}
  beforeAll(async () => {
    pair = await createReqRespPair()
  })
  afterEach(async () => {
    withdraw()
    await pair.quiet()
  })
  afterAll(() => pair?.stop())

  const pieces = (message: Message): Uint8Array[] => message.request_or_payload_chunks.map((hex) => fromHex(hex))

  it.each(['request_or_payload_chunks', 'async_chunks'] as const)('as an answer, in the pieces of %s', async (key) => {
    const payload = messages.sszSnappyStatus![key].map((hex) => fromHex(hex))
    await pair.misbehave(statusV1.id, async (stream) => {
      stream.send(Uint8Array.of(0))
      for (const piece of payload) stream.send(piece)
      await stream.close()
    })
    await expect(pair.asker.request(statusV1, status, { peer: pair.peer }).single()).resolves.toEqual(status)
    await pair.nodes.responder.unhandle(statusV1.id)
  })

  it('as a request', async () => {
    const asked: unknown[] = []
    withdraw = pair.responder.serve(protocols.ping, (value) => {
      asked.push(value)
      return []
    })
    const [connection] = pair.nodes.asker.getConnections()
    const stream = await connection!.newStream([protocols.ping.id])
    const reader = createByteReader(stream)
    for (const piece of pieces(messages.sszSnappyPing!)) stream.send(piece)
    await stream.close()
    await expect(reader.hasMore()).resolves.toBe(false)
    expect(asked).toEqual([1n])
  })

  it.each(errors)('as a refusal: $name', async ({ bytes, code, message }) => {
    await pair.misbehave(protocols.goodbye.id, async (stream) => {
      stream.send(fromHex(bytes))
      await stream.close()
    })
    await expect(pair.asker.request(protocols.goodbye, 1n, { peer: pair.peer }).completed).rejects.toMatchObject({
      details: { responseCode: code, reason: message },
    })
  })

  it.each(malformed)('as a malformed request: $name', async ({ bytes }) => {
    withdraw = pair.responder.serve(statusV1, () => [])
    const [connection] = pair.nodes.asker.getConnections()
    const stream = await connection!.newStream([statusV1.id])
    const reader = createByteReader(stream)
    stream.send(fromHex(bytes))
    await stream.close()
    await expect(readChunkHead(reader)).resolves.toMatchObject({ result: 'error', code: 1 })
  })
})
