import type { SyncCommittee } from '../../../ssz/light-client/light-client-values.ts'
import type { Seed } from './seed.ts'
import { addSecretKeys, deriveSecretKey, type Signer } from './signer.ts'

/** One validator of the devnet, with the key that a real chain would not have in one place. */
export interface DevnetValidator {
  readonly index: number
  readonly secretKey: bigint
  readonly publicKey: Uint8Array
}

/** The sync committee of one period with its keys. A validator may hold several seats, as on a real chain. */
export interface Committee {
  readonly period: number
  /** Validator by seat. */
  readonly seats: readonly DevnetValidator[]
  readonly value: SyncCommittee
}

/** Derives the validators of a seed. */
export function createValidators(seed: Seed, signer: Signer, count: number): DevnetValidator[] {
  return Array.from({ length: count }, (_, index) => {
    const secretKey = deriveSecretKey(seed, index)
    return { index, secretKey, publicKey: signer.publicKey(secretKey) }
  })
}

/**
 * Chooses committees, one a period; keeps the last few, since a period's is asked for as next and then as current.
 */
export function createCommittees(
  seed: Seed,
  signer: Signer,
  validators: readonly DevnetValidator[],
  size: number,
): (period: number) => Committee {
  const made = new Map<number, Committee>()
  return (period) => {
    const known = made.get(period)
    if (known !== undefined) return known
    const draw = seed.stream('sync committee', period)
    const seats = Array.from({ length: size }, () => validators[Math.floor(draw() * validators.length)]!)
    const value: SyncCommittee = {
      pubkeys: seats.map((validator) => validator.publicKey),
      aggregatePubkey: signer.publicKey(addSecretKeys(seats.map((validator) => validator.secretKey))),
    }
    const committee = { period, seats, value }
    made.set(period, committee)
    for (const old of made.keys()) if (made.size > 4) made.delete(old)
    return committee
  }
}

/**
 * Which seats sign in a slot: each validator is there with the probability `participation`, in all its seats or none.
 */
export function presentSeats(seed: Seed, committee: Committee, slot: number, participation: number): boolean[] {
  const draw = seed.stream('participation', slot)
  const present = new Map<number, boolean>()
  return committee.seats.map(({ index }) => {
    const known = present.get(index)
    if (known !== undefined) return known
    const signs = draw() < participation
    present.set(index, signs)
    return signs
  })
}
