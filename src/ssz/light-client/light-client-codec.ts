import { type Chain, forkAtSlot, forkDigestAtSlot, forkOfDigest, type Hex, type Preset } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import type { SszType } from '../types.ts'
import { containersOf, lightClientForkOf } from './light-client-forks.ts'
import { type LightClientTypes, lightClientTypes } from './light-client-types.ts'
import type { LightClientFork, LightClientKind, LightClientObject, LightClientValues } from './light-client-values.ts'

/** How many bytes an object may have, both ends included. */
export interface SizeBounds {
  readonly minBytes: number
  readonly maxBytes: number
}

/** The least and the most bytes of SSZ that an object of this kind has in a fork's containers. */
export function lightClientSizeBounds(preset: Preset, kind: LightClientKind, fork: LightClientFork): SizeBounds {
  const type = typeOf(lightClientTypes(preset)[fork], kind)
  return { minBytes: type.minSize, maxBytes: type.maxSize }
}

/**
 * Decodes a light-client object from SSZ. The result keeps no reference to `bytes`.
 *
 * @throws LamparaError `ssz_invalid` when the length is out of bounds, the bytes are no such object, or a slot or index is beyond 2^53 − 1
 */
export function decodeLightClientObject<K extends LightClientKind>(
  chain: Chain,
  kind: K,
  fork: LightClientFork,
  bytes: Uint8Array,
): LightClientObject<K> {
  const { minBytes, maxBytes } = lightClientSizeBounds(chain.preset, kind, fork)
  if (bytes.length < minBytes || bytes.length > maxBytes) {
    const reason = `${bytes.length} bytes are not within ${minBytes} and ${maxBytes}`
    throw new LamparaError('ssz_invalid', `Cannot decode ${kind} (${fork}): ${reason}`)
  }
  try {
    return lightClientObject(kind, fork, typeOf(lightClientTypes(chain.preset)[fork], kind).deserialize(bytes))
  } catch (cause) {
    throw new LamparaError('ssz_invalid', `Cannot decode ${kind} (${fork}): ${messageOf(cause)}`, { cause })
  }
}

/**
 * Decodes a light-client object that came with a fork digest, as response chunks and gossip topics give it.
 *
 * @throws LamparaError `context_unknown` when the chain has no such digest, or the digest's containers are not those of the
 *   object's own slot; `ssz_invalid`; `fork_unknown` for a fork without supported containers
 */
export function decodeLightClientObjectOfDigest<K extends LightClientKind>(
  chain: Chain,
  kind: K,
  digest: Hex,
  bytes: Uint8Array,
): LightClientObject<K> {
  const entry = forkOfDigest(chain, digest)
  if (entry === undefined) {
    throw new LamparaError('context_unknown', `Cannot decode ${kind}: ${chain.name} has no fork digest ${digest}`)
  }
  const fork = lightClientForkOf(entry.fork.name)
  const object = decodeLightClientObject(chain, kind, fork, bytes)
  assertContainersOfSlot(chain, object as LightClientObject)
  return object
}

/** The SSZ bytes of a light-client object. @throws LamparaError `invalid_argument` when the value does not fit its containers */
export function encodeLightClientObject(chain: Chain, object: LightClientObject): Uint8Array {
  return withType(chain, object, 'encode', (type, value) => type.serialize(value))
}

/** The hash tree root of a light-client object. @throws LamparaError `invalid_argument` when the value does not fit its containers */
export function hashLightClientObject(chain: Chain, object: LightClientObject): Uint8Array {
  return withType(chain, object, 'hash', (type, value) => type.hashTreeRoot(value))
}

/** The slot whose fork an object is sent under: of the attested header, or of a bootstrap's header. */
export function contextSlotOf(object: LightClientObject): number {
  return object.kind === 'bootstrap' ? object.value.header.beacon.slot : object.value.attestedHeader.beacon.slot
}

/**
 * The fork digest that an object is sent under (altair/light-client/p2p-interface.md).
 *
 * @throws LamparaError `context_unknown` when the object is not in its slot's containers, as one that a store upgraded: under
 *   its slot's digest nobody could decode it
 */
export function contextDigestOf(chain: Chain, object: LightClientObject): Hex {
  assertContainersOfSlot(chain, object)
  return forkDigestAtSlot(chain, contextSlotOf(object))
}

function assertContainersOfSlot(chain: Chain, object: LightClientObject): void {
  const slot = contextSlotOf(object)
  const { name } = forkAtSlot(chain, slot)
  if (containersOf[name] === object.fork) return
  const reason = `slot ${slot} is of ${name}, its containers are ${object.fork}'s`
  throw new LamparaError('context_unknown', `Cannot tell the fork digest of the ${object.kind}: ${reason}`)
}

/** Tags a value with its kind and fork. */
export function lightClientObject<K extends LightClientKind>(
  kind: K,
  fork: LightClientFork,
  value: LightClientValues[K],
): LightClientObject<K> {
  return { kind, fork, value } as LightClientObject<K>
}

/** The type of a kind, so that the value's type follows the kind's. */
export function typeOf<K extends LightClientKind>(types: LightClientTypes, kind: K): SszType<LightClientValues[K]> {
  return types[kind] as SszType<LightClientValues[K]>
}

function withType<T>(
  chain: Chain,
  object: LightClientObject,
  action: string,
  run: (type: SszType<LightClientValues[LightClientKind]>, value: LightClientValues[LightClientKind]) => T,
): T {
  try {
    return run(typeOf<LightClientKind>(lightClientTypes(chain.preset)[object.fork], object.kind), object.value)
  } catch (cause) {
    const what = `Cannot ${action} ${object.kind} (${object.fork})`
    throw new LamparaError('invalid_argument', `${what}: ${messageOf(cause)}`, { cause })
  }
}
