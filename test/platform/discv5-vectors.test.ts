import { createKeypair, Discv5, decryptMessage, deriveKeysFromPubkey, idVerify } from '@chainsafe/discv5'
import { decodeHandshakeAuthdata, decodePacket, encodePacket, PacketType } from '@chainsafe/discv5/packet'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fromHex, type Hex, toHex } from '../../src/chain/index.ts'
import { addressPairs, decodeEnr, signEnr } from '../../src/discovery/enr/index.ts'
import { decodeRlp } from '../../src/discovery/enr/rlp.ts'
import { bootstrapRecords } from '../../src/platform/node/discv5/bootstrap-records.ts'
import { fixtures } from '../kit/fixtures.ts'

type Fields = Readonly<Record<string, Hex>>

interface Wire {
  readonly keys: Fields
  readonly packets: Readonly<Record<string, { readonly fields: Fields; readonly packet: Hex }>>
}

const wire = (): Wire => fixtures.json('discv5', 'wire-packets.json') as Wire
const crypto = (section: string): Fields =>
  (fixtures.json('discv5', 'crypto.json') as Readonly<Record<string, Fields>>)[section]!

const PING = 'Ping message packet (flag 0)'
const WHOAREYOU = 'WHOAREYOU packet (flag 1)'
const HANDSHAKE = 'Ping handshake packet (flag 2)'

/** A published packet as its receiver reads it. */
function received(name: string) {
  const { fields, packet } = wire().packets[name]!
  return { fields, packet, read: decodePacket(idOf(fields['dest-node-id']), fromHex(packet)) }
}
const idOf = (hex: Hex | undefined): string => hex!.slice(2)
const keyOf = (privateKey: Hex | undefined) => createKeypair({ type: 'secp256k1', privateKey: fromHex(privateKey!) })

describe.skipIf(!fixtures.available)('the discv5 package, by the published vectors,', () => {
  it.each([
    [PING, PacketType.Message],
    [WHOAREYOU, PacketType.WhoAreYou],
    [HANDSHAKE, PacketType.Handshake],
  ])('reads the %s, and writes it the same', (name, flag) => {
    const { fields, packet, read } = received(name)
    expect(read.header.flag).toBe(flag)
    expect(toHex(read.header.nonce)).toBe(fields.nonce ?? fields['whoareyou.request-nonce'])
    expect(toHex(encodePacket(idOf(fields['dest-node-id']), read))).toBe(packet)
  })

  it.each([PING, HANDSHAKE])('decrypts the ping of the %s', (name) => {
    const { fields, read } = received(name)
    const { header, message, messageAd } = read
    const [type, ...body] = decryptMessage(fromHex(fields['read-key']!), header.nonce, message, messageAd!)
    expect(type).toBe(1)
    const [requestId, enrSeq] = decodeRlp(Uint8Array.from(body)) as Uint8Array[]
    expect(toHex(requestId!)).toBe(fields['ping.req-id'])
    expect([...enrSeq!]).toEqual([Number(fields['ping.enr-seq'])])
  })

  it('takes the challenge of the WHOAREYOU as it is to be signed', () => {
    const { fields, read } = received(WHOAREYOU)
    expect(toHex(read.messageAd!)).toBe(fields['whoareyou.challenge-data'])
  })

  it('verifies the identity in the handshake, and no other', () => {
    const { fields, read } = received(HANDSHAKE)
    const { ephPubkey, idSignature } = decodeHandshakeAuthdata(read.header.authdata)
    expect(toHex(ephPubkey)).toBe(fields['ephemeral-pubkey'])
    const challenge = fromHex(fields['whoareyou.challenge-data']!)
    const signedBy = (key: Hex | undefined): boolean =>
      idVerify(keyOf(key), challenge, ephPubkey, idOf(fields['dest-node-id']), idSignature)
    const { keys } = wire()
    expect(signedBy(keys['node-a-key'])).toBe(true)
    expect(signedBy(keys['node-b-key'])).toBe(false)
  })

  it('agrees on the secret and derives the session keys', () => {
    const ecdh = crypto('ECDH')
    const theirs = createKeypair({ type: 'secp256k1', publicKey: fromHex(ecdh['public-key']!) })
    expect(toHex(keyOf(ecdh['secret-key']).deriveSecret(theirs))).toBe(ecdh['shared-secret'])
    const fields = crypto('Key Derivation')
    // Called by the receiver, whose part the known key plays here: the secret is the same from both sides.
    const [initiator, recipient] = deriveKeysFromPubkey(
      keyOf(fields['ephemeral-key']),
      idOf(fields['node-id-b']),
      idOf(fields['node-id-a']),
      fromHex(fields['dest-pubkey']!),
      fromHex(fields['challenge-data']!),
    )
    expect([toHex(initiator), toHex(recipient)]).toEqual([fields['initiator-key'], fields['recipient-key']])
  })
})

const PRIVATE_KEY = new Uint8Array(32).fill(7)

/** A node as we start it, which listens nowhere. */
function nodeOf(record: string): Discv5 {
  return Discv5.create({
    enr: record,
    privateKey: privateKeyFromRaw(PRIVATE_KEY),
    bindAddrs: { ip4: multiaddr('/ip4/127.0.0.1/udp/0') },
  })
}

describe('the discv5 package and our codec', () => {
  const own = signEnr(PRIVATE_KEY, { seq: 9n, pairs: addressPairs({ ip: '127.0.0.1', udp: 9000 }) })

  it('agree on a record of our own, and on what it is changed to', () => {
    const { enr } = nodeOf(own.text)
    expect(enr.encodeTxt()).toBe(own.text)
    expect(`0x${enr.nodeId}`).toBe(own.nodeId)
    enr.udp = 9001
    const changed = decodeEnr(enr.encodeTxt())
    expect(changed.seq).toBe(10n)
    expect(changed.pairs.get('udp')).toEqual(Uint8Array.of(9001 >> 8, 9001 & 0xff))
  })

  it
    .skipIf(!fixtures.available)
    .each([
      'mainnet/bootstrap_nodes.yaml',
      'mainnet/ream_bootnodes_mainnet.yaml',
      'sepolia/bootstrap_nodes.yaml',
      'sepolia/ream_bootnodes_sepolia.yaml',
    ])('read the records of %s alike', (file) => {
    agreeOn(parse(fixtures.text('networks', file)))
  })

  it.each(['mainnet', 'sepolia', 'hoodi'])('read the published bootnodes of %s alike', (name) => {
    agreeOn(bootstrapRecords(name))
  })

  it.skipIf(!fixtures.available)('read the example of EIP-778 alike', () => {
    agreeOn([(fixtures.json('enr', 'eip778.json') as { record: string }).record])
  })

  it('refuse a record alike that its key did not sign', () => {
    const forged = own.bytes.slice()
    forged[forged.length - 1]! ^= 1
    const text = `enr:${Buffer.from(forged).toString('base64url')}`
    expect(() => decodeEnr(text)).toThrow(expect.objectContaining({ code: 'enr_invalid' }))
    const node = nodeOf(signEnr(PRIVATE_KEY, { seq: 1n, pairs: [] }).text)
    node.addEnr(text)
    expect(node.kadValues()).toEqual([])
  })

  function agreeOn(texts: readonly string[]): void {
    const node = nodeOf(own.text)
    expect(texts.length).toBeGreaterThan(0)
    for (const text of texts) {
      const { nodeId, peerId, seq, pairs } = decodeEnr(text)
      node.addEnr(text)
      const read = node.getKadValue(nodeId.slice(2))!
      expect(read.encodeTxt()).toBe(text)
      expect(read.peerId.toString()).toBe(peerId)
      expect(read.seq).toBe(seq)
      expect([...read.kvs.keys()]).toEqual([...pairs.keys()])
    }
  }
})

it.skipIf(!fixtures.available).each(['mainnet', 'sepolia'])(
  'the execution layer’s bootnodes of %s, which are none of ours, are refused one by one',
  (name) => {
    const enodes: string[] = parse(fixtures.text('networks', name, 'enodes.yaml'))
    expect(enodes.length).toBeGreaterThan(2)
    for (const enode of enodes) {
      expect(() => decodeEnr(enode)).toThrow(expect.objectContaining({ code: 'enr_invalid' }))
    }
  },
)
