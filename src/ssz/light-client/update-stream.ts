import { type Chain, fromHex, toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { contextDigestOf, decodeLightClientObjectOfDigest, encodeLightClientObject } from './light-client-codec.ts'
import type { LightClientObject } from './light-client-values.ts'

/** MAX_REQUEST_LIGHT_CLIENT_UPDATES (altair/light-client/p2p-interface.md). */
export const maxRequestLightClientUpdates = 128

const LENGTH_BYTES = 8
const DIGEST_BYTES = 4

/**
 * Decodes the Beacon API's octet stream of `/eth/v1/beacon/light_client/updates`: for each update its length (u64,
 * little-endian, digest included), the fork digest of its slot, and its SSZ.
 *
 * @throws LamparaError `unexpected_end` when the bytes stop within an update, `length_out_of_bounds` for more than 128
 *   updates or a length that leaves no room for the digest, `context_unknown`, `fork_unknown`, `ssz_invalid`
 */
export function decodeUpdateStream(chain: Chain, bytes: Uint8Array): LightClientObject<'update'>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const updates: LightClientObject<'update'>[] = []
  for (let at = 0; at < bytes.length; ) {
    if (updates.length === maxRequestLightClientUpdates) {
      const reason = `there are more than ${maxRequestLightClientUpdates}`
      throw new LamparaError('length_out_of_bounds', `Cannot decode the stream of updates: ${reason}`)
    }
    const start = at + LENGTH_BYTES + DIGEST_BYTES
    if (start > bytes.length) throw endsWithin(updates.length)
    const length = view.getBigUint64(at, true)
    if (length < DIGEST_BYTES) {
      const reason = `update ${updates.length} has a length of ${length}`
      throw new LamparaError('length_out_of_bounds', `Cannot decode the stream of updates: ${reason}`)
    }
    if (length > bytes.length - at - LENGTH_BYTES) throw endsWithin(updates.length)
    const end = at + LENGTH_BYTES + Number(length)
    const digest = toHex(bytes.subarray(at + LENGTH_BYTES, start))
    updates.push(decodeLightClientObjectOfDigest(chain, 'update', digest, bytes.subarray(start, end)))
    at = end
  }
  return updates
}

/**
 * Encodes updates as the Beacon API's octet stream, the inverse of `decodeUpdateStream()`.
 *
 * @throws LamparaError `invalid_argument` when an update does not fit its containers, `context_unknown` when these are not
 *   its slot's
 */
export function encodeUpdateStream(chain: Chain, updates: readonly LightClientObject<'update'>[]): Uint8Array {
  const parts = updates.map((update) => ({
    digest: fromHex(contextDigestOf(chain, update)),
    ssz: encodeLightClientObject(chain, update),
  }))
  const overhead = LENGTH_BYTES + DIGEST_BYTES
  const bytes = new Uint8Array(parts.reduce((sum, { ssz }) => sum + overhead + ssz.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { digest, ssz } of parts) {
    view.setBigUint64(at, BigInt(DIGEST_BYTES + ssz.length), true)
    bytes.set(digest, at + LENGTH_BYTES)
    bytes.set(ssz, at + overhead)
    at += overhead + ssz.length
  }
  return bytes
}

function endsWithin(index: number): LamparaError {
  return new LamparaError('unexpected_end', `Cannot decode the stream of updates: it ends within update ${index}`)
}
