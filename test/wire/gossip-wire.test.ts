import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/chain/index.ts'
import { compressBlock, messageId, messageIdOfData, parseTopic, topicString } from '../../src/wire/index.ts'
import { failureOf } from '../kit/wire/failure.ts'

const topic = '/eth2/8c9f62fe/light_client_optimistic_update/ssz_snappy'

/** altair/p2p-interface.md, with Node's own hash. */
function expectedId(domain: string, topicName: string, data: Uint8Array): string {
  const topicBytes = Buffer.from(topicName)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(topicBytes.length))
  const all = Buffer.concat([Buffer.from(domain, 'hex'), length, topicBytes, data])
  return `0x${createHash('sha256').update(all).digest('hex').slice(0, 40)}`
}

describe('messageId()', () => {
  it('is over the decompressed data of a message that is valid snappy, so that recompressing gives the same id', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (data) => {
        const raw = compressBlock(data)
        expect(toHex(messageId(topic, raw, 3000))).toBe(expectedId('01000000', topic, data))
        expect(toHex(messageIdOfData(topic, raw, data))).toBe(expectedId('01000000', topic, data))
      }),
    )
  })

  it('is over the raw data, in a domain of its own, of a message that is not valid snappy', () => {
    const raw = Uint8Array.of(0x04, 0x04)
    expect(toHex(messageId(topic, raw, 100))).toBe(expectedId('00000000', topic, raw))
    expect(toHex(messageId(topic, new Uint8Array(0), 100))).toBe(expectedId('00000000', topic, new Uint8Array(0)))
  })

  it('does not decompress what declares more than the bound', () => {
    const raw = compressBlock(new Uint8Array(101))
    expect(toHex(messageId(topic, raw, 100))).toBe(expectedId('00000000', topic, raw))
    expect(toHex(messageId(topic, raw, 101))).toBe(expectedId('01000000', topic, new Uint8Array(101)))
  })

  it('tells topics apart', () => {
    const raw = compressBlock(new Uint8Array(10))
    expect(toHex(messageId(topic, raw, 100))).not.toBe(toHex(messageId(`${topic}é`, raw, 100)))
    expect(toHex(messageId(`${topic}é`, raw, 100))).toBe(expectedId('01000000', `${topic}é`, new Uint8Array(10)))
  })
})

describe('topics', () => {
  it('are made of fork digest and name, and taken apart again', () => {
    expect(topicString('0x8c9f62fe', 'light_client_optimistic_update')).toBe(topic)
    expect(parseTopic(topic)).toEqual({ digest: '0x8c9f62fe', name: 'light_client_optimistic_update' })
  })

  it.each([
    '',
    'eth2/8c9f62fe/x/ssz_snappy',
    '/eth2/8c9f62f/x/ssz_snappy',
    '/eth2/8C9F62FE/x/ssz_snappy',
    '/eth2/8c9f62fe//ssz_snappy',
    '/eth2/8c9f62fe/x/ssz',
    '/eth2/8c9f62fe/x/y/ssz_snappy',
    '/eth2/8c9f62fe/x/ssz_snappy\n',
    `/eth2/8c9f62fe/${'x'.repeat(65)}/ssz_snappy`,
  ])('like %j are refused with `topic_invalid`', (text) => {
    expect(failureOf(() => parseTopic(text))).toBe('topic_invalid')
  })

  it('from a peer do not carry control characters into an error’s words', () => {
    expect(() => parseTopic('/eth2/\u001b[2J\u202e')).toThrow('Cannot read the topic "/eth2/?[2J?"')
  })

  it('are not made of what could not be taken apart', () => {
    for (const [digest, name] of [
      ['0x8c9f62', 'x'],
      ['0x8C9F62FE', 'x'],
      ['0x8c9f62fe', ''],
      ['0x8c9f62fe', 'a/b'],
    ] as const) {
      expect(failureOf(() => topicString(digest, name))).toBe('topic_invalid')
    }
  })
})
