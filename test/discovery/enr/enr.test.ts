import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { forkDigestAtEpoch, fromHex, mainnet, slotStartMs, startSlotOfEpoch, toHex } from '../../../src/chain/index.ts'
import {
  addressesOf,
  addressPairs,
  decodeEnr,
  encodeForkId,
  forkIdAt,
  forkIdOf,
  forkPairsAt,
  signEnr,
} from '../../../src/discovery/enr/index.ts'
import { decodeRlp, encodeRlp, type RlpItem } from '../../../src/discovery/enr/rlp.ts'
import { isLamparaError } from '../../../src/errors/index.ts'
import { fixtures } from '../../kit/fixtures.ts'

const PRIVATE_KEY = fromHex('0xb71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291')
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

function sample() {
  return signEnr(PRIVATE_KEY, {
    seq: 7n,
    pairs: [
      ...addressPairs({ ip: '203.0.114.9', tcp: 9000, udp: 9001, quic: 9002 }),
      ['eth2', encodeForkId({ forkDigest: '0x01020304', nextForkVersion: '0x05000000', nextForkEpoch: 77 })],
    ],
  })
}

describe.skipIf(!fixtures.available)('a node record', () => {
  it('reads as in EIP-778, and is made the same', () => {
    const vector = JSON.parse(fixtures.text('enr', 'eip778.json'))
    const enr = decodeEnr(vector.record)
    expect(enr.seq).toBe(1n)
    expect(enr.nodeId).toBe(vector.node_id)
    expect(toHex(enr.signature)).toBe(vector.signature)
    expect(toHex(enr.pairs.get('ip')!)).toBe(vector.pairs.ip)
    const made = signEnr(fromHex(vector.private_key), {
      seq: 1n,
      pairs: addressPairs({ ip: '127.0.0.1', udp: vector.pairs.udp }),
    })
    expect(made.text).toBe(vector.record)
  })

  it.each(['mainnet/bootstrap_nodes.yaml', 'mainnet/ream_bootnodes_mainnet.yaml', 'sepolia/bootstrap_nodes.yaml'])(
    'reads every bootnode of %s, and writes it the same',
    (file) => {
      const texts: string[] = parse(fixtures.text('networks', file))
      expect(texts.length).toBeGreaterThan(2)
      for (const text of texts) {
        const enr = decodeEnr(text)
        expect(enr.text).toBe(text)
        expect(enr.peerId).toMatch(/^16Uiu2HA/)
        expect(enr.pairs.has('ip') || enr.pairs.has('ip6')).toBe(true)
      }
    },
  )
})

describe('a node record of our own', () => {
  it('comes back as it was made', () => {
    const made = sample()
    const read = decodeEnr(made.text)
    expect(read).toEqual(made)
    expect(addressesOf(read)).toEqual(['/ip4/203.0.114.9/udp/9002/quic-v1', '/ip4/203.0.114.9/tcp/9000'])
    expect(forkIdOf(read)).toEqual({ forkDigest: '0x01020304', nextForkVersion: '0x05000000', nextForkEpoch: 77 })
  })

  it('tells the digest in force and the next change of it, a blob-parameter fork among them', () => {
    const electra = mainnet.forks.find(({ name }) => name === 'electra')!
    const fulu = mainnet.forks.find(({ name }) => name === 'fulu')!
    const before = forkIdAt(mainnet, slotStartMs(mainnet, startSlotOfEpoch(mainnet, electra.epoch)))
    expect(before).toMatchObject({ nextForkVersion: fulu.version, nextForkEpoch: fulu.epoch })
    const after = forkIdAt(mainnet, slotStartMs(mainnet, startSlotOfEpoch(mainnet, fulu.epoch)))
    expect(after).toEqual({
      forkDigest: forkDigestAtEpoch(mainnet, fulu.epoch),
      nextForkVersion: fulu.version,
      nextForkEpoch: 412672,
    })
    const last = forkIdAt(mainnet, slotStartMs(mainnet, startSlotOfEpoch(mainnet, 500_000)))
    expect(last.nextForkEpoch).toBe(Number.POSITIVE_INFINITY)
    const enr = signEnr(PRIVATE_KEY, { seq: 1n, pairs: [['eth2', encodeForkId(last)]] })
    expect(forkIdOf(enr)).toEqual(last)
  })

  it('names the digest that comes next once Fulu is scheduled, and zeros after the last', () => {
    const at = (epoch: number) => new Map(forkPairsAt(mainnet, slotStartMs(mainnet, startSlotOfEpoch(mainnet, epoch))))
    const fulu = mainnet.forks.find(({ name }) => name === 'fulu')!
    expect(toHex(at(fulu.epoch - 1).get('nfd')!)).toBe(forkDigestAtEpoch(mainnet, fulu.epoch))
    expect(toHex(at(fulu.epoch).get('nfd')!)).toBe(forkDigestAtEpoch(mainnet, 412_672))
    expect(toHex(at(500_000).get('nfd')!)).toBe('0x00000000')
    const before = { ...mainnet, forks: mainnet.forks.filter(({ name }) => name !== 'fulu') }
    expect(forkPairsAt(before, mainnet.genesisTimeMs).map(([key]) => key)).toEqual(['eth2'])
  })

  it('is refused when it would be longer than 300 bytes, or its key is none', () => {
    const pairs: [string, Uint8Array][] = [['x', new Uint8Array(200).fill(1)]]
    expect(() => signEnr(PRIVATE_KEY, { seq: 1n, pairs })).toThrow(expect.objectContaining({ code: 'enr_invalid' }))
    expect(() => signEnr(new Uint8Array(32), { seq: 1n, pairs: [] })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })
})

describe('a malformed ENR', () => {
  const signedOver = (content: RlpItem[]): Uint8Array => encodeRlp([new Uint8Array(64).fill(1), ...content])

  it('is refused with one bit changed anywhere', () => {
    const { bytes } = sample()
    for (let at = 0; at < bytes.length * 8; at++) {
      const changed = bytes.slice()
      changed[at >> 3]! ^= 1 << (at & 7)
      expect(() => decodeEnr(changed), `bit ${at}`).toThrow(expect.objectContaining({ code: 'enr_invalid' }))
    }
  })

  it.each([
    ['no record', 'hello'],
    ['an empty one', 'enr:'],
    ['no base64url', 'enr:+++'],
    ['one that is too long', `enr:${'A'.repeat(404)}`],
    ['one without a signature', encodeRlp([utf8('a')])],
    ['one with keys out of order', signedOver([Uint8Array.of(1), utf8('b'), utf8('x'), utf8('a'), utf8('x')])],
    ['one with a key twice', signedOver([Uint8Array.of(1), utf8('a'), utf8('x'), utf8('a'), utf8('x')])],
    ['one with a key without a value', signedOver([Uint8Array.of(1), utf8('a')])],
    ['one with a sequence number that is too long', signedOver([new Uint8Array(9).fill(1)])],
    ['one of another scheme', signedOver([Uint8Array.of(1), utf8('id'), utf8('v5')])],
    ['one without a key', signedOver([Uint8Array.of(1), utf8('id'), utf8('v4')])],
    [
      'one whose key is not a point',
      signedOver([Uint8Array.of(1), utf8('id'), utf8('v4'), utf8('secp256k1'), new Uint8Array(33)]),
    ],
    ['a list of lists without end', new Uint8Array(200).fill(0xc1)],
  ])('is refused: %s', (_, record) => {
    expect(() => decodeEnr(record)).toThrow(expect.objectContaining({ code: 'enr_invalid' }))
  })

  it('never fails but with its code, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 310 }), (bytes) => {
        try {
          decodeEnr(bytes)
        } catch (error) {
          expect(isLamparaError(error, 'enr_invalid')).toBe(true)
        }
      }),
    )
  })
})

it('RLP comes back as it was written', () => {
  const { item } = fc.letrec<{ item: RlpItem }>((tie) => ({
    item: fc.oneof({ maxDepth: 3 }, fc.uint8Array({ maxLength: 80 }), fc.array(tie('item'), { maxLength: 5 })),
  }))
  fc.assert(
    fc.property(item, (value) => {
      expect(decodeRlp(encodeRlp(value))).toEqual(value)
    }),
  )
})
