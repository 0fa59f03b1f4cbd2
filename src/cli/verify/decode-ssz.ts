import { basename } from 'node:path'
import { type Chain, forkOfDigest, toHex } from '../../chain/index.ts'
import { isLamparaError, LamparaError } from '../../errors/index.ts'
import {
  contextSlotOf,
  decodeLightClientObject,
  decodeLightClientObjectOfDigest,
  decodeUpdateStream,
  type LightClientFork,
  type LightClientKind,
  type LightClientObject,
  lightClientForkAtSlot,
  lightClientForks,
  lightClientSizeBounds,
} from '../../ssz/index.ts'

const LENGTH_BYTES = 8
const DIGEST_BYTES = 4
const kinds: readonly LightClientKind[] = ['bootstrap', 'update', 'finality_update', 'optimistic_update']

/** What file names call each kind; the first that fits is tried first. */
const hints: readonly (readonly [RegExp, LightClientKind])[] = [
  [/finality/, 'finality_update'],
  [/optimistic/, 'optimistic_update'],
  [/bootstrap|lcb/, 'bootstrap'],
  [/update|lcu/, 'update'],
]

/**
 * The objects in bytes of SSZ, of which nothing is known but the file's name: the Beacon API's stream of updates, one object
 * behind its fork digest, or one object alone.
 *
 * @throws LamparaError `ssz_invalid` when they are none of these; as `decodeUpdateStream()` for a stream
 */
export function decodeSsz(chain: Chain, bytes: Uint8Array, path: string): LightClientObject[] {
  if (isStream(chain, bytes)) return decodeUpdateStream(chain, bytes)
  const order = kindsByName(basename(path).toLowerCase())
  const object = behindDigest(chain, bytes, order) ?? alone(chain, bytes, order)
  if (object !== undefined) return [object]
  throw new LamparaError('ssz_invalid', `Cannot read ${path}: no light-client object has these ${bytes.length} bytes`)
}

/** A length within the file and a digest of this chain behind it: in SSZ, a slot and a root or a key stand there. */
function isStream(chain: Chain, bytes: Uint8Array): boolean {
  if (bytes.length < LENGTH_BYTES + DIGEST_BYTES) return false
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  return length <= bytes.length && hasDigestAt(chain, bytes, LENGTH_BYTES)
}

function behindDigest(
  chain: Chain,
  bytes: Uint8Array,
  order: readonly LightClientKind[],
): LightClientObject | undefined {
  if (!hasDigestAt(chain, bytes, 0)) return undefined
  const digest = toHex(bytes.subarray(0, DIGEST_BYTES))
  const ssz = bytes.subarray(DIGEST_BYTES)
  return firstOf(order, (kind) => decodeLightClientObjectOfDigest(chain, kind, digest, ssz) as LightClientObject)
}

function alone(chain: Chain, bytes: Uint8Array, order: readonly LightClientKind[]): LightClientObject | undefined {
  const guesses = order.flatMap((kind) => lightClientForks.map((fork) => ({ kind, fork })))
  return firstOf(
    guesses.filter(({ kind, fork }) => fits(chain, kind, fork, bytes.length)),
    ({ kind, fork }) => {
      const object = decodeLightClientObject(chain, kind, fork, bytes) as LightClientObject
      return lightClientForkAtSlot(chain, contextSlotOf(object)) === fork ? object : undefined
    },
  )
}

function fits(chain: Chain, kind: LightClientKind, fork: LightClientFork, length: number): boolean {
  const { minBytes, maxBytes } = lightClientSizeBounds(chain.preset, kind, fork)
  return minBytes <= length && length <= maxBytes
}

function firstOf<Guess>(
  guesses: readonly Guess[],
  attempt: (guess: Guess) => LightClientObject | undefined,
): LightClientObject | undefined {
  for (const guess of guesses) {
    try {
      const object = attempt(guess)
      if (object !== undefined) return object
    } catch (error) {
      // A wrong guess: the bytes are another kind's, or another fork's.
      if (!isLamparaError(error)) throw error
    }
  }
  return undefined
}

function kindsByName(name: string): LightClientKind[] {
  const hinted = hints.filter(([pattern]) => pattern.test(name)).map(([, kind]) => kind)
  return [...new Set([...hinted, ...kinds])]
}

function hasDigestAt(chain: Chain, bytes: Uint8Array, at: number): boolean {
  return (
    bytes.length >= at + DIGEST_BYTES && forkOfDigest(chain, toHex(bytes.subarray(at, at + DIGEST_BYTES))) !== undefined
  )
}
