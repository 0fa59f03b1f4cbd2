import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Hex, toHex } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { decodeBase64Url, encodeBase64Url } from './base64-url.ts'
import { decodeRlp, encodeRlp, type RlpItem } from './rlp.ts'

/** The most bytes that a record may have (EIP-778). */
const MAX_BYTES = 300
const PREFIX = 'enr:'
const SIGNATURE_BYTES = 64
const MAX_SEQ = 2n ** 64n

/** A signed node record (EIP-778), its signature checked. */
export interface Enr {
  /** Grows with each new record of a node. */
  readonly seq: bigint
  /** Values by key, as they are on the wire. */
  readonly pairs: ReadonlyMap<string, Uint8Array>
  readonly signature: Uint8Array
  /** Compressed secp256k1 key of the node. */
  readonly publicKey: Uint8Array
  /** Keccak-256 of the uncompressed key: the node's place in discv5's table. */
  readonly nodeId: Hex
  /** The same key as a libp2p peer id. */
  readonly peerId: string
  /** `enr:…`. */
  readonly text: string
  readonly bytes: Uint8Array
}

/**
 * Reads a record in text or bytes, and checks its signature by the "v4" scheme.
 *
 * @throws LamparaError `enr_invalid` when it is none, is longer than 300 bytes, has another scheme, or is not signed by its key
 */
export function decodeEnr(record: string | Uint8Array): Enr {
  try {
    const bytes = typeof record === 'string' ? bytesOfText(record) : record
    if (bytes.length > MAX_BYTES) throw new RangeError(`it has more than ${MAX_BYTES} bytes`)
    const items = decodeRlp(bytes)
    if (items instanceof Uint8Array) throw new RangeError('it is not a list')
    const [signature, ...content] = items
    if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) {
      throw new RangeError(`its signature does not have ${SIGNATURE_BYTES} bytes`)
    }
    const { seq, pairs } = readContent(content)
    const publicKey = keyOf(pairs)
    if (!secp256k1.verify(signature, keccak_256(encodeRlp(content)), publicKey, { prehash: false, lowS: false })) {
      throw new RangeError('its key did not sign it')
    }
    return enrOf({ seq, pairs, signature, publicKey, bytes: bytes.slice() })
  } catch (error) {
    throw new LamparaError('enr_invalid', `Cannot read a node record: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Makes and signs a record by the "v4" scheme.
 *
 * @param privateKey - secp256k1, 32 bytes
 * @param record - sequence number and values by key; `id` and `secp256k1` are added
 * @throws LamparaError `enr_invalid` when it comes to more than 300 bytes; `invalid_argument` for what is no private key
 */
export function signEnr(
  privateKey: Uint8Array,
  record: { readonly seq: bigint; readonly pairs: Iterable<readonly [string, Uint8Array]> },
): Enr {
  if (!secp256k1.utils.isValidSecretKey(privateKey)) {
    throw new LamparaError('invalid_argument', 'Cannot sign a node record: this is not a secp256k1 private key')
  }
  const publicKey = secp256k1.getPublicKey(privateKey)
  const own: [string, Uint8Array][] = [
    ['id', new TextEncoder().encode('v4')],
    ['secp256k1', publicKey],
  ]
  const pairs = new Map([...new Map([...record.pairs, ...own])].sort(([a], [b]) => (a < b ? -1 : 1)))
  const content: RlpItem[] = [
    bytesOfSeq(record.seq),
    ...[...pairs].flatMap(([key, value]) => [new TextEncoder().encode(key), value]),
  ]
  const signature = secp256k1.sign(keccak_256(encodeRlp(content)), privateKey, { prehash: false })
  const bytes = encodeRlp([signature, ...content])
  if (bytes.length > MAX_BYTES) {
    throw new LamparaError(
      'enr_invalid',
      `Cannot make a node record: ${bytes.length} bytes are more than the ${MAX_BYTES} allowed`,
    )
  }
  return enrOf({ seq: record.seq, pairs, signature, publicKey, bytes })
}

type Parts = Pick<Enr, 'seq' | 'pairs' | 'signature' | 'publicKey' | 'bytes'>

function enrOf(parts: Parts): Enr {
  const uncompressed = secp256k1.Point.fromBytes(parts.publicKey).toBytes(false)
  return {
    ...parts,
    nodeId: toHex(keccak_256(uncompressed.subarray(1))),
    peerId: peerIdFromPublicKey(publicKeyFromRaw(parts.publicKey)).toString(),
    text: PREFIX + encodeBase64Url(parts.bytes),
  }
}

function bytesOfText(record: string): Uint8Array {
  // As it comes from a file or the clipboard.
  const text = record.trim()
  if (!text.startsWith(PREFIX)) throw new RangeError(`it does not begin with "${PREFIX}"`)
  // Four characters are three bytes.
  if (text.length > PREFIX.length + (MAX_BYTES / 3) * 4) throw new RangeError(`it has more than ${MAX_BYTES} bytes`)
  return decodeBase64Url(text.slice(PREFIX.length))
}

function readContent(content: readonly RlpItem[]): Pick<Parts, 'seq' | 'pairs'> {
  const [seqBytes, ...items] = content
  if (!(seqBytes instanceof Uint8Array) || seqBytes.length > 8 || seqBytes[0] === 0) {
    throw new RangeError('its sequence number is none')
  }
  if (items.length % 2 !== 0) throw new RangeError('a key has no value')
  const pairs = new Map<string, Uint8Array>()
  let last = ''
  for (let at = 0; at < items.length; at += 2) {
    const [name, value] = [items[at]!, items[at + 1]!]
    if (!(name instanceof Uint8Array)) throw new RangeError('a key is not a text')
    const key = new TextDecoder('utf-8', { fatal: true }).decode(name)
    if (at > 0 && key <= last) throw new RangeError('its keys are not sorted, or one is there twice')
    last = key
    // A list as a value belongs to a key that is not ours: kept as it is.
    pairs.set(key, value instanceof Uint8Array ? value : encodeRlp(value))
  }
  return { seq: seqBytes.reduce((seq, byte) => seq * 256n + BigInt(byte), 0n), pairs }
}

function keyOf(pairs: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const scheme = pairs.get('id')
  if (scheme === undefined || new TextDecoder().decode(scheme) !== 'v4') {
    throw new RangeError('its identity scheme is not "v4"')
  }
  const key = pairs.get('secp256k1')
  if (key?.length !== 33) throw new RangeError('it has no secp256k1 key')
  return key
}

function bytesOfSeq(seq: bigint): Uint8Array {
  if (seq < 0n || seq >= MAX_SEQ) throw new LamparaError('invalid_argument', `Cannot use sequence number ${seq}`)
  const bytes: number[] = []
  for (let rest = seq; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn))
  return Uint8Array.from(bytes)
}
