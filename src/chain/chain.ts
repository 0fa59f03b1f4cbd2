import type { Hex } from './hex.ts'
import type { Preset } from './presets.ts'

/** The consensus layer's named upgrades, oldest first. Gloas is experimental. */
export const forkNames = ['phase0', 'altair', 'bellatrix', 'capella', 'deneb', 'electra', 'fulu', 'gloas'] as const

/** The name of a consensus-layer upgrade. */
export type ForkName = (typeof forkNames)[number]

/** One upgrade in a chain's schedule. */
export interface Fork {
  readonly name: ForkName
  /** Four bytes, as `0x…`. */
  readonly version: Hex
  /** The first epoch in force. `Infinity` where it is not scheduled. */
  readonly epoch: number
}

/** A blob-parameter fork (EIP-7892): changes fork digests, not versions. */
export interface BlobParameters {
  readonly epoch: number
  readonly maxBlobsPerBlock: number
}

/**
 * A beacon chain as a value: everything about it that code here depends on.
 *
 * Made by `createChain()`; `mainnet`, `sepolia` and `hoodi` come ready-made.
 */
export interface Chain {
  /** `mainnet`, `sepolia`, `hoodi`, or what CONFIG_NAME says. */
  readonly name: string
  readonly preset: Preset
  /** Unix time in milliseconds of slot 0. */
  readonly genesisTimeMs: number
  readonly genesisValidatorsRoot: Hex
  readonly slotDurationMs: number
  /** When in a slot sync-committee messages are due, in basis points of the slot; by fork, since Gloas moves it. */
  readonly syncMessageDueBps: { readonly altair: number; readonly gloas: number }
  /** Every scheduled fork, phase0 first, by ascending epoch; unscheduled ones are left out. */
  readonly forks: readonly Fork[]
  /** Blob-parameter forks, by ascending epoch. */
  readonly blobSchedule: readonly BlobParameters[]
  /** Blobs a block may carry from Electra until the first entry of the schedule (digests depend on it). */
  readonly maxBlobsPerBlockElectra: number
  /** How old a checkpoint may be when a light client starts from it, in milliseconds. 14 days by default. */
  readonly maxCheckpointAgeMs: number
}
