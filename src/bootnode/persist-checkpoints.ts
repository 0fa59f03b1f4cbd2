import { type Chain, fromHex, type Hex, periodOfSlot, slotStartMs, toHex } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import type { Checkpoint } from '../light-client/types.ts'
import { readStored, writeStored } from '../platform/persisted-value.ts'
import type { KeyValueStorage } from '../platform/storage.ts'
import type { Clock } from '../streams/clock.ts'

/** Enough for two weeks, one for each sync-committee period. */
const MAX_CHECKPOINTS = 32
/** Left of a checkpoint's age when it is chosen: the start takes a while. */
const MARGIN_MS = 3_600_000

/** A finalized block that was verified here, from which one can begin again. */
export interface KnownCheckpoint {
  readonly root: Hex
  readonly slot: number
}

/** Checkpoints that outlive a restart. */
export interface PersistedCheckpoints {
  /** Where to begin: the one that was given, or in its place one that was verified here where that is known to be too old. */
  choose(given: Checkpoint): Checkpoint
  /** Takes note of a verified one. */
  note(checkpoint: KnownCheckpoint): Promise<void>
}

/**
 * Remembers verified checkpoints, so that a bootnode can be started again with the arguments of its first start: their root grows too
 * old after two weeks. The oldest that is young enough is chosen, since clients are served what was verified since.
 */
export async function openCheckpoints(options: {
  readonly chain: Chain
  readonly clock: Clock
  readonly storage: KeyValueStorage | undefined
  readonly maxAgeMs: number
  onError(error: LamparaError): void
}): Promise<PersistedCheckpoints> {
  const { chain, clock, storage, maxAgeMs, onError } = options
  const place = storage && { storage, key: 'checkpoints', what: 'the verified checkpoints', onError }
  let known = (place && (await readStored(place, decode))) ?? []
  const ageOf = ({ slot }: KnownCheckpoint): number => clock.now() - slotStartMs(chain, slot)
  const isYoung = (checkpoint: KnownCheckpoint): boolean => ageOf(checkpoint) < maxAgeMs - MARGIN_MS

  return {
    choose(given) {
      if (typeof given !== 'string') return given
      const same = known.find(({ root }) => root === given.toLowerCase())
      if (same === undefined || isYoung(same)) return given
      return known.find(isYoung)?.root ?? given
    },
    async note(checkpoint) {
      if (place === undefined) return
      const period = periodOfSlot(chain, checkpoint.slot)
      if (known.some((other) => other.root === checkpoint.root || periodOfSlot(chain, other.slot) === period)) return
      // The first one stays for as long as it is the one that the operator names.
      known = [...known, checkpoint].sort((a, b) => a.slot - b.slot).slice(-MAX_CHECKPOINTS)
      await writeStored(place, () => new TextEncoder().encode(JSON.stringify(known)))
    },
  }
}

/** @throws LamparaError `storage_invalid` */
function decode(bytes: Uint8Array): readonly KnownCheckpoint[] {
  try {
    const list = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as readonly KnownCheckpoint[]
    return list.slice(0, MAX_CHECKPOINTS).map(({ root, slot }) => {
      if (!Number.isSafeInteger(slot) || slot < 0) throw new Error('a slot is not a number')
      return { root: toHex(fromHex(root, 32)), slot }
    })
  } catch (cause) {
    throw new LamparaError('storage_invalid', 'Cannot read the verified checkpoints: they are damaged', { cause })
  }
}
