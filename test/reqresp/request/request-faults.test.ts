import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { forkDigestAtEpoch, fromHex } from '../../../src/chain/index.ts'
import { protocols } from '../../../src/reqresp/index.ts'
import { lightClientTypes } from '../../../src/ssz/index.ts'
import { encodeChunk, encodeErrorChunk } from '../../../src/wire/index.ts'
import { chunkOf, corruptions, oddResponders, sends, stuckResponders } from '../../kit/fault-peers.ts'
import { chunkBytes, createReqRespPair, objectAtSlot, type ReqRespPair, testChain } from '../../kit/reqresp-pair.ts'

const { lightClientUpdatesByRange: method } = protocols
const updates = [480, 488, 560].map((slot) => objectAtSlot('update', slot))
const chunks = updates.map((update) => chunkBytes(method, update))
const range = { startPeriod: 1, count: 3 }
/** Short enough to wait for, long enough not to strike where a peer only is slow. */
const quick = { firstByteTimeoutMs: 400, chunkTimeoutMs: 400 }

describe.each(['yamux', 'mplex'] as const)('request() over %s', (muxer) => {
  let pair: ReqRespPair
  beforeAll(async () => {
    pair = await createReqRespPair({ muxer })
  })
  afterEach(async () => {
    await pair.quiet()
    pair.penalties.length = 0
  })
  afterAll(() => pair.stop())

  const ask = (options = {}) => pair.asker.request(method, range, { peer: pair.peer, ...options })

  it.each(Object.entries(oddResponders))('takes the whole answer of a %s peer', async (_, behaviour) => {
    await pair.misbehave(method.id, behaviour, chunks)
    const exchange = ask()
    await expect(exchange.all()).resolves.toEqual(updates)
    await expect(exchange.completed).resolves.toEqual({
      outcome: 'complete',
      chunks: 3,
      bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
      peer: pair.peer,
      peers: [pair.peer],
    })
    expect(pair.penalties).toEqual([])
  })

  it.each(Object.entries(corruptions))('refuses %s, and reports the peer', async (_, { code, corrupt }) => {
    await pair.misbehave(method.id, sends(corrupt), chunks)
    const exchange = ask()
    await expect(exchange.all()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`Cannot get light_client_updates_by_range from ${pair.peer}: `),
      details: { peer: pair.peer, protocol: 'light_client_updates_by_range', chunks: 0 },
    })
    await expect(exchange.completed).rejects.toMatchObject({ code })
    const gravity = code === 'unexpected_end' || code === 'context_unknown' ? 'low-tolerance' : 'fatal'
    expect(pair.penalties).toEqual([[gravity, expect.stringContaining(pair.peer)]])
  })

  it('never takes an answer with one bit changed for another than was sent', async () => {
    const sent = objectAtSlot('update', 480)
    sent.value.nextSyncCommittee.pubkeys.forEach((key, i) => {
      for (let at = 0; at < key.length; at++) key[at] = ((i * 48 + at) * 2654435761) >>> 13
    })
    const right = chunkBytes(method, sent)
    const codes = new Set<string>()
    // Every byte of the heads, and some of the content, which the checksum guards as a whole.
    for (let at = 0; at < right.length; at += at < 64 ? 1 : 23) {
      const changed = right.with(at, right[at]! ^ (1 << (at % 8)))
      await pair.misbehave(
        method.id,
        sends(() => changed),
      )
      const answer = ask().all()
      // Copies within zeros may come from elsewhere and give the same bytes.
      await answer.then(
        (got) => expect(got).toEqual([sent]),
        (error) => codes.add(error.code),
      )
    }
    expect(codes).not.toContain('internal')
    expect(codes).toContain('snappy_checksum_mismatch')
    expect(codes.size).toBeGreaterThan(4)
  })

  it('refuses an object under the digest of another fork', async () => {
    const [electra] = chunks
    const capella = chunkBytes(method, objectAtSlot('update', 240))
    const swapped = electra!.slice()
    swapped.set(capella.subarray(1, 5), 1)
    await pair.misbehave(
      method.id,
      sends(() => swapped),
    )
    await expect(ask().all()).rejects.toMatchObject({
      code: expect.stringMatching(/^(length_out_of_bounds|ssz_invalid)$/),
    })
    expect(pair.penalties).toMatchObject([['fatal', expect.any(String)]])
  })

  it('refuses an object in the containers of another fork than its slot has', async () => {
    const old = lightClientTypes(testChain.preset).capella.update
    const value = old.defaultValue()
    value.attestedHeader.beacon.slot = 480
    const capella = chunkBytes(method, objectAtSlot('update', 240))
    await pair.misbehave(
      method.id,
      sends(() => chunkOf(old.serialize(value), capella)),
    )
    await expect(ask().all()).rejects.toMatchObject({ code: 'context_unknown' })
  })

  it('refuses bytes of the right length that are no such object', async () => {
    const junk = new Uint8Array(lightClientTypes(testChain.preset).electra.update.minSize).fill(0xff)
    await pair.misbehave(
      method.id,
      sends(([first]) => chunkOf(junk, first!)),
      chunks,
    )
    await expect(ask().all()).rejects.toMatchObject({ code: 'ssz_invalid' })
    expect(pair.penalties).toMatchObject([['fatal', expect.any(String)]])
  })

  it('refuses the digest of a fork that has no light-client data', async () => {
    const phase0 = Uint8Array.from([0, ...chunks[0]!.slice(1)])
    phase0.set(fromHex(forkDigestAtEpoch(testChain, 0)), 1)
    await pair.misbehave(
      method.id,
      sends(() => phase0),
    )
    await expect(ask().all()).rejects.toMatchObject({ code: 'context_unknown' })
  })

  it.each([
    [1, 'request_invalid'],
    [2, 'server_error'],
    [3, 'resource_unavailable'],
    [139, 'rate_limited'],
    [17, 'response_code_unknown'],
    [255, 'response_code_unknown'],
  ])('turns response code %i into `%s` with the words of the peer, who may refuse', async (responseCode, code) => {
    await pair.misbehave(
      method.id,
      sends(() => encodeErrorChunk(responseCode, 'not today')),
    )
    await expect(ask().all()).rejects.toMatchObject({ code, details: { responseCode, reason: 'not today' } })
    expect(pair.penalties).toEqual([])
  })

  it.each([
    [1, 'rate limited'],
    [2, 'Rate-limit exceeded'],
    [3, 'too many requests'],
    [200, 'peer is rate_limited'],
  ])('takes code %i with the words "%s" for `rate_limited`', async (responseCode, reason) => {
    await pair.misbehave(
      method.id,
      sends(() => encodeErrorChunk(responseCode, reason)),
    )
    await expect(ask().all()).rejects.toMatchObject({ code: 'rate_limited', details: { responseCode, reason } })
    expect(pair.penalties).toEqual([])
  })

  it('keeps what came before a refusal', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunks[0]!, ...encodeErrorChunk(2, '')])),
    )
    const got: unknown[] = []
    const exchange = ask()
    const iterate = async (): Promise<void> => {
      for await (const update of exchange) got.push(update)
    }
    await expect(iterate()).rejects.toMatchObject({ code: 'server_error', details: { chunks: 1 } })
    expect(got).toEqual([updates[0]])
  })

  it.each([
    ['silent', 'first_byte_timeout', 0, ['high-tolerance']],
    ['stalling', 'chunk_timeout', 0, ['mid-tolerance']],
    ['withholding', 'chunk_timeout', 0, ['mid-tolerance']],
    // It gave a valid chunk: it may be limiting its rate.
    ['stopping', 'chunk_timeout', 1, []],
    ['resetting', 'peer_disconnected', 0, []],
  ] as const)('gives up on a %s peer with `%s`', async (name, code, received, penalties) => {
    await pair.misbehave(method.id, stuckResponders[name], chunks)
    const exchange = ask(quick)
    await expect(exchange.all()).rejects.toMatchObject({ code, details: { chunks: received } })
    expect(pair.penalties.map(([gravity]) => gravity)).toEqual(penalties)
  })

  it('stops reading at the last chunk that was asked for, however many are sent', async () => {
    await pair.misbehave(method.id, stuckResponders.endless, chunks)
    const exchange = ask()
    await expect(exchange.all()).resolves.toHaveLength(3)
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 3 })
  })

  it('ends at `total_timeout`, although each chunk comes in time', async () => {
    await pair.misbehave(method.id, stuckResponders.endless, chunks)
    const exchange = pair.asker.request(method, { startPeriod: 1, count: 128 }, { peer: pair.peer, totalTimeoutMs: 30 })
    const iterate = async (): Promise<void> => {
      for await (const _ of exchange) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await expect(iterate()).rejects.toMatchObject({ code: 'total_timeout' })
    expect(pair.penalties).toEqual([])
  })

  it('takes a close without any answer for a complete answer of nothing, but not for a single chunk', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array(0)),
    )
    await expect(ask().all()).resolves.toEqual([])
    await expect(ask().single()).rejects.toMatchObject({ code: 'response_empty' })
    expect(pair.penalties).toEqual([])
  })

  it('takes a close at the boundary of a chunk for the end', async () => {
    await pair.misbehave(
      method.id,
      sends(() => new Uint8Array([...chunks[0]!, ...chunks[1]!])),
    )
    const exchange = ask()
    await expect(exchange.all()).resolves.toHaveLength(2)
    await expect(exchange.completed).resolves.toMatchObject({ outcome: 'complete', chunks: 2 })
  })

  it('does not mind context bytes on a method without them: the answer is malformed', async () => {
    await pair.misbehave(
      protocols.ping.id,
      sends(() => encodeChunk(new Uint8Array(8), Uint8Array.of(1, 2, 3, 4))),
    )
    await expect(pair.asker.request(protocols.ping, 1n, { peer: pair.peer }).single()).rejects.toMatchObject({
      code: 'length_out_of_bounds',
    })
  })
})
