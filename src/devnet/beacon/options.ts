import type { ForkSchedule } from './schedule.ts'
import type { Signer } from './state/signer.ts'

/** What kind of chain to make. The same options make the same chain. */
export interface BeaconChainOptions {
  /** Committee of 32 and periods of 64 slots, or 512 and 8,192. @default 'minimal' */
  readonly preset?: 'minimal' | 'mainnet'
  /** From 50 to 60,000. @default 12_000 with the mainnet preset, 2_000 with the minimal one */
  readonly slotDurationMs?: number
  /** First epochs of forks. @default all of them from genesis on */
  readonly forks?: ForkSchedule
  /** Blob-parameter forks (EIP-7892), from Fulu on; each changes the fork digest. @default none */
  readonly blobSchedule?: readonly { readonly epoch: number; readonly maxBlobsPerBlock: number }[]
  /** Validators, of whom committees are drawn; one may hold several seats. @default the committee's size */
  readonly validators?: number
  /** The share of the sync committee that signs, 0 to 1: always, or slot by slot. Who is absent varies. @default 0.95 */
  readonly participation?: number | ((slot: number) => number)
  /** Slots without a block: with a probability, or those listed or told. @default none */
  readonly missedSlots?: number | readonly number[] | ((slot: number) => boolean)
  /** Whether the epochs' checkpoints are voted for by two thirds. @default always */
  readonly justifies?: (epoch: number) => boolean
  /** What keys, committees and absences are drawn from. @default 'lampara' */
  readonly seed?: string
  /** Unix seconds. */
  readonly genesisTime: number
  /** Insist on one BLS implementation. @default blst where it loads */
  readonly bls?: Signer['implementation']
  /** Sync-committee periods whose best update is kept. @default 128 */
  readonly maxPeriods?: number
  /** Finalized checkpoints whose bootstrap is kept. @default 256 */
  readonly maxBootstraps?: number
}
