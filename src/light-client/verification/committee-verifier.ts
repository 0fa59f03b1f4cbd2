import type { Bls, BlsPublicKey } from '../../platform/bls.ts'
import type { BitArray, SyncCommittee } from '../../ssz/index.ts'
import { yieldToEventLoop } from '../../streams/yield-to-event-loop.ts'

/** Keys decompressed before others get a turn: about 10 ms of a page's time with noble. */
const KEYS_PER_TURN = 32

/**
 * Verifies what sync committees signed.
 *
 * What it learns of a committee it remembers for as long as that committee's object lives, so objects that hold
 * committees must not be changed once they were handed in.
 */
export interface CommitteeVerifier {
  /**
   * True when those members of the committee whose bits are set signed the root.
   *
   * Lazy: where at least half signed, the committee's own `aggregatePubkey` less the absent members stands in for the
   * sum of the signers, so only the absent keys are decompressed. That is right only if `verifyAggregateKey()` is true, which
   * nothing but an honest chain promises. False, too, for keys and signatures that are malformed.
   */
  verify(committee: SyncCommittee, bits: BitArray, signingRoot: Uint8Array, signature: Uint8Array): Promise<boolean>
  /** True when every key is valid and `aggregatePubkey` is their sum. Worked out once for each committee, in small steps. */
  verifyAggregateKey(committee: SyncCommittee): Promise<boolean>
}

interface Knowledge {
  readonly keys: (BlsPublicKey | undefined)[]
  aggregate?: BlsPublicKey
  sumIsRight?: Promise<boolean>
}

/** Creates a verifier over one BLS implementation. */
export function createCommitteeVerifier(bls: Bls): CommitteeVerifier {
  const known = new WeakMap<SyncCommittee, Knowledge>()

  function knowledgeOf(committee: SyncCommittee): Knowledge {
    const existing = known.get(committee)
    if (existing !== undefined) return existing
    const fresh: Knowledge = { keys: [] }
    known.set(committee, fresh)
    return fresh
  }

  // By position, never by key: a validator may sit in a committee more than once.
  function keyAt(committee: SyncCommittee, position: number): BlsPublicKey {
    const { keys } = knowledgeOf(committee)
    const key = keys[position] ?? bls.publicKey(committee.pubkeys[position]!, true)
    keys[position] = key
    return key
  }

  function aggregateOf(committee: SyncCommittee): BlsPublicKey {
    const knowledge = knowledgeOf(committee)
    knowledge.aggregate ??= bls.publicKey(committee.aggregatePubkey, true)
    return knowledge.aggregate
  }

  function sumOfSigners(committee: SyncCommittee, bits: BitArray): BlsPublicKey {
    const signers: number[] = []
    const absent: number[] = []
    for (let position = 0; position < bits.bitLen; position++) (bits.get(position) ? signers : absent).push(position)
    const keysAt = (positions: readonly number[]) => positions.map((position) => keyAt(committee, position))
    return absent.length > signers.length
      ? bls.add(keysAt(signers))
      : bls.subtract(aggregateOf(committee), keysAt(absent))
  }

  async function compareSum(committee: SyncCommittee): Promise<boolean> {
    try {
      const partialSums: BlsPublicKey[] = []
      for (let start = 0; start < committee.pubkeys.length; start += KEYS_PER_TURN) {
        const turn = committee.pubkeys.slice(start, start + KEYS_PER_TURN)
        partialSums.push(bls.add(turn.map((_, offset) => keyAt(committee, start + offset))))
        await yieldToEventLoop()
      }
      return bls.equal(bls.add(partialSums), aggregateOf(committee))
    } catch {
      return false
    }
  }

  return {
    async verify(committee, bits, signingRoot, signature) {
      if (bits.bitLen !== committee.pubkeys.length) return false
      try {
        return bls.verify(signingRoot, sumOfSigners(committee, bits), signature)
      } catch {
        return false
      }
    },

    verifyAggregateKey(committee) {
      const knowledge = knowledgeOf(committee)
      knowledge.sumIsRight ??= compareSum(committee)
      return knowledge.sumIsRight
    },
  }
}
