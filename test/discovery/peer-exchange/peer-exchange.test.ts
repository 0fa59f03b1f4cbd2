import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressPairs, type Enr, encodeForkId, encodeMultiaddrs, signEnr } from '../../../src/discovery/enr/index.ts'
import {
  createExchangeAnswerer,
  createExchangeSource,
  recordsCodec,
  requestCodec,
} from '../../../src/discovery/peer-exchange/index.ts'
import { readRecords } from '../../../src/discovery/peer-exchange/read-records.ts'
import { isLamparaError, LamparaError } from '../../../src/errors/index.ts'
import type { Candidate, CandidateSource } from '../../../src/platform/candidate-source.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

const OURS = '0x01020304'
const FOREIGN = '0x05060708'
const WSS = '/dns4/relay.example.org/tcp/443/tls/ws'

function keyOf(n: number): Uint8Array {
  const key = new Uint8Array(32)
  new DataView(key.buffer).setUint32(28, n + 1)
  return key
}

/** Record of the n-th node, which has TCP and QUIC and, where asked for, a secure WebSocket. */
function recordOf(
  n: number,
  options: { seq?: bigint; digest?: typeof OURS; wss?: boolean; noAddress?: boolean } = {},
): Enr {
  const { seq = 1n, digest = OURS, wss = false, noAddress = false } = options
  return signEnr(keyOf(n), {
    seq,
    pairs: [
      ...(noAddress ? [] : addressPairs({ ip: `9.8.7.${n % 250}`, tcp: 9000, udp: 9000, quic: 9001 })),
      ['eth2', encodeForkId({ forkDigest: digest, nextForkVersion: '0x05000000', nextForkEpoch: 9 })],
      ...(wss ? [['multiaddrs', encodeMultiaddrs([WSS])] as const] : []),
    ],
  })
}

const rules = {
  forkDigests: new Set([OURS] as const),
  ownPeerId: recordOf(999).peerId,
  canDial: (address: string) => address.endsWith('/tcp/9000') || address === WSS,
  knownSeq: () => undefined,
}

describe('the messages of peer exchange', () => {
  it('come back as they were written', () => {
    const request = { forkDigest: OURS, transports: ['tcp', 'wss'], limit: 30 } as const
    expect(requestCodec.decode(requestCodec.encode(request))).toEqual(request)
    const records = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 })
    fc.assert(
      fc.property(records, (value) => {
        expect(recordsCodec.decode(recordsCodec.encode(value))).toEqual(value)
      }),
    )
  })

  it('are refused with `ssz_invalid` where they are malformed, and never otherwise', () => {
    const refused = expect.objectContaining({ code: 'ssz_invalid' })
    expect(() => requestCodec.decode(new Uint8Array(6))).toThrow(refused)
    expect(() => requestCodec.decode(new Uint8Array(7))).toThrow(refused)
    expect(() => recordsCodec.decode(Uint8Array.of(1, 2))).toThrow(refused)
    expect(() => recordsCodec.decode(Uint8Array.of(5, 0, 0, 0, 0))).toThrow(refused)
    expect(() => recordsCodec.decode(recordsCodec.encode([new Uint8Array(300)]).slice(0, 3))).toThrow(refused)
    const tooMany = new Uint8Array(31 * 4)
    for (let n = 0; n < 31; n++) new DataView(tooMany.buffer).setUint32(n * 4, 31 * 4, true)
    expect(() => recordsCodec.decode(tooMany)).toThrow(refused)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const codec of [requestCodec, recordsCodec]) {
          try {
            codec.decode(bytes)
          } catch (error) {
            expect(isLamparaError(error, 'ssz_invalid')).toBe(true)
          }
        }
      }),
    )
  })
})

describe('records that a peer reports', () => {
  it('become candidates with the addresses that can be dialed', () => {
    const told = recordOf(1, { wss: true })
    expect(readRecords([told.bytes], rules)).toEqual({
      candidates: [{ peerId: told.peerId, addresses: ['/ip4/9.8.7.1/tcp/9000', WSS], enr: told.text }],
    })
  })

  it.each([
    ['a forged one is fatal', () => [recordOf(1).bytes.map((byte, at) => (at === 20 ? byte ^ 1 : byte))], 'fatal', 0],
    ['one told twice costs', () => [recordOf(1).bytes, recordOf(1, { seq: 2n }).bytes], 'low-tolerance', 1],
    ['one of another network costs', () => [recordOf(1, { digest: FOREIGN as typeof OURS }).bytes], 'mid-tolerance', 0],
    ['one that cannot be dialed costs', () => [recordOf(1, { noAddress: true }).bytes], 'mid-tolerance', 0],
    ['our own is passed over', () => [recordOf(999).bytes], undefined, 0],
  ])('%s', (_, told, penalty, candidates) => {
    const read = readRecords(told(), rules)
    expect(read.penalty?.penalty).toBe(penalty)
    expect(read.candidates).toHaveLength(candidates)
  })

  it('cost little when they are older than what is known, and do not replace it', () => {
    const read = readRecords([recordOf(1, { seq: 3n }).bytes], { ...rules, knownSeq: () => 4n })
    expect(read).toMatchObject({ candidates: [], penalty: { penalty: 'high-tolerance' } })
  })

  it('are judged each by itself: one forgery does not cost the honest ones, and the gravest fault counts', () => {
    const forged = recordOf(2).bytes.slice(0, -1)
    const read = readRecords([recordOf(1).bytes, recordOf(3, { noAddress: true }).bytes, forged], rules)
    expect(read.candidates).toHaveLength(1)
    expect(read.penalty?.penalty).toBe('fatal')
  })
})

describe('answering peer exchange', () => {
  const shareable = Array.from({ length: 12 }, (_, n) => {
    const enr = recordOf(n, { wss: n % 3 === 0, digest: n === 6 ? (FOREIGN as typeof OURS) : OURS })
    return { id: enr.peerId, enr: enr.text }
  })
  const draw = (count: number, accept: (peer: { id: string; enr?: string }) => boolean) =>
    shareable.filter(accept).slice(0, count)

  it('tells only of peers of the digest asked for that the asker can reach, and never of itself', () => {
    const answer = createExchangeAnswerer()
    const request = { forkDigest: OURS, transports: ['wss'], limit: 30 } as const
    const told = answer(request, { asker: shareable[0]!.id, draw })
    expect(readRecords(told, rules).candidates.map(({ peerId }) => peerId)).toEqual([
      shareable[3]!.id,
      shareable[9]!.id,
    ])
  })

  it('reports no more than were asked for', () => {
    const answer = createExchangeAnswerer()
    expect(answer({ forkDigest: OURS, transports: ['tcp'], limit: 5 }, { asker: 'someone', draw })).toHaveLength(5)
  })

  it('passes over what is no record, and who has none', () => {
    const answer = createExchangeAnswerer()
    const odd = [{ id: 'a' }, { id: 'b', enr: 'enr:nonsense' }]
    const told = answer(
      { forkDigest: OURS, transports: ['tcp'], limit: 5 },
      { asker: 'c', draw: (_, accept) => odd.filter(accept) },
    )
    expect(told).toEqual([])
  })
})

describe('peers as a source of peers', () => {
  function setUp(answers: Record<string, () => Promise<readonly Uint8Array[]>>) {
    const clock = createFakeClock(1_800_000_000_000)
    const asked: string[] = []
    const penalties: string[] = []
    const source = createExchangeSource({
      ...rules,
      clock,
      random: seededRandom(1),
      transports: ['tcp'],
      forkDigests: () => [OURS],
      peers: () => Object.keys(answers).map((id) => ({ id, address: `/ip4/9.9.9.9/tcp/${id}` })),
      async ask(id) {
        asked.push(id)
        return answers[id]!()
      },
      onPenalty: (id, penalty) => penalties.push(`${id} ${penalty}`),
    })
    return { clock, asked, penalties, source }
  }

  async function pull(source: CandidateSource, count = Number.POSITIVE_INFINITY): Promise<Candidate[]> {
    const found: Candidate[] = []
    const { signal } = new AbortController()
    for await (const candidate of source.candidates({ signal })) {
      found.push(candidate)
      if (found.length >= count) break
    }
    return found
  }

  it('asks each once a minute, and says who told', async () => {
    const { clock, asked, source } = setUp({ 1: async () => [recordOf(1).bytes], 2: async () => [recordOf(2).bytes] })
    expect((await pull(source)).map(({ sourceAddress }) => sourceAddress).sort()).toEqual([
      '/ip4/9.9.9.9/tcp/1',
      '/ip4/9.9.9.9/tcp/2',
    ])
    expect(await pull(source)).toEqual([])
    await clock.advance(60_000)
    expect(await pull(source)).toHaveLength(2)
    expect(asked).toHaveLength(4)
  })

  it('asks a peer that is named, unless it was asked within the minute or is not there', async () => {
    const { clock, asked, source } = setUp({ 1: async () => [recordOf(1).bytes], 2: async () => [recordOf(2).bytes] })
    const { signal } = new AbortController()
    const sourcesOf = async (peerId: string) => {
      const found: (string | undefined)[] = []
      for await (const candidate of source.candidatesOf!(peerId, { signal })) found.push(candidate.sourceAddress)
      return found
    }
    expect(await sourcesOf('2')).toEqual(['/ip4/9.9.9.9/tcp/2'])
    expect(await sourcesOf('2')).toEqual([])
    expect(await sourcesOf('3')).toEqual([])
    await clock.advance(60_000)
    expect(await sourcesOf('2')).toHaveLength(1)
    expect(asked).toEqual(['2', '2'])
  })

  it('asks nobody further when no more is wanted', async () => {
    const { asked, source } = setUp({ 1: async () => [recordOf(1).bytes], 2: async () => [recordOf(2).bytes] })
    await pull(source, 1)
    expect(asked).toHaveLength(1)
  })

  it('passes over a peer that does not answer, and tells on one that lies', async () => {
    const { source, penalties } = setUp({
      1: () => Promise.reject(new LamparaError('first_byte_timeout', 'it is silent')),
      2: async () => [recordOf(3).bytes.slice(1), recordOf(2).bytes],
    })
    expect(await pull(source)).toHaveLength(1)
    expect(penalties).toEqual(['2 fatal'])
  })

  it('rejects with the reason of an abort, even while a peer is asked', async () => {
    const controller = new AbortController()
    const { source } = setUp({
      1: () => {
        controller.abort(new Error('enough'))
        return Promise.reject(new Error('aborted'))
      },
    })
    const next = source.candidates({ signal: controller.signal })[Symbol.asyncIterator]().next()
    await expect(next).rejects.toThrow('enough')
  })
})
