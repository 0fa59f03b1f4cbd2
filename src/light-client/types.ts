import type { Hex } from '../chain/hex.ts'
import type { Chain, ForkName } from '../chain/index.ts'
import type { LamparaError } from '../errors/index.ts'
import type { JoinNetworkOptions, Network, NetworkOptions } from '../network/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import type { Agreement } from './agreement.ts'

/** Where trust starts: a block root, or providers asked for one. */
export type Checkpoint =
  | Hex
  | {
      /** Base URLs of Beacon API servers that are asked for their finalized block root. */
      readonly providers: readonly string[]
      /**
       * How many must hold the same root as finalized. Once that many name it and no other root can equal that, the rest is not waited
       * for; with a quorum of half of them or fewer, the rest has one more second. Providers that are an epoch apart are asked about
       * each other's roots, and the newest one that enough of them hold is taken.
       *
       * @default all of them
       */
      readonly quorum?: number
    }

/** Options of `createLightClient()`: those of the network, and: */
export interface LightClientOptions extends NetworkOptions {
  /** Where trust starts. Where there is something to `resume` from, that wins. */
  readonly checkpoint: Checkpoint
  /**
   * The share of the committee that must have signed for a head to be shown, 0 to 1. Below two thirds a head is shown only, with
   * `supermajority: false`: it is never finalized, stored, served, forwarded, or the ground for anything else.
   *
   * @default 2/3
   */
  readonly minParticipation?: number
  /**
   * Independent paths that must have brought or confirmed a head before it is shown: see `Head.agreement`. With 2 or more,
   * peers are asked to confirm each head. The checkpoint itself needs no confirmation.
   *
   * @default 1
   */
  readonly minAgreement?: number
  /**
   * How old the finalized header may be that the client goes on from: at the start, after a restart, and while it runs. With
   * `checkpoint.providers` a newer checkpoint is then asked for; else the client fails with `checkpoint_too_old`.
   *
   * @default the chain's, 14 days
   */
  readonly maxCheckpointAgeMs?: number
  /**
   * After a restart go on from the finalized header that was verified last, which `storage` keeps: then nobody is asked for the
   * checkpoint. False begins with the checkpoint whatever is stored, and stores nothing.
   *
   * @default true
   */
  readonly resume?: boolean
  /** Slots without a new head after which the state is `stalled`. @default 4 */
  readonly stalledAfterSlots?: number
  /** A running network to use instead of a new one, and its storage; `stop()` then leaves it running. */
  readonly network?: Network
}

/**
 * Options of `createLightClient()` with a join document: chain, bootnodes, checkpoint and clock come from it; options that are given
 * win over it.
 *
 * Whoever serves the document is trusted for the checkpoint, from which all else is verified, and for the chain: it could name
 * those of a chain of its own. Pass `checkpoint` (and `chain`) from elsewhere, and it can no longer make you take a false head; it still
 * says what time it is, unless you pass `clock`, by which old heads can pass for new ones, and through whom you connect.
 */
export interface JoinLightClientOptions
  extends JoinNetworkOptions,
    Omit<LightClientOptions, keyof NetworkOptions | 'checkpoint' | 'network'> {
  /** Where trust starts. @default the block root that the document names */
  readonly checkpoint?: Checkpoint
}

/**
 * The verified execution block of a head. From Gloas on (experimental) light-client data proves its hash and no more, and the
 * block is the one that the head's own is to follow: a head's payload may still be withheld.
 */
export interface ExecutionHead {
  readonly blockHash: Hex
  /** Up to Fulu. */
  readonly blockNumber?: bigint
  /** Up to Fulu. */
  readonly stateRoot?: Hex
  /** Unix seconds. Up to Fulu. */
  readonly timestamp?: bigint
}

/** A verified head. */
export interface Head {
  readonly kind: 'optimistic' | 'finalized'
  readonly slot: number
  /** Beacon block root. */
  readonly root: Hex
  readonly parentRoot: Hex
  /** Beacon state root. */
  readonly stateRoot: Hex
  readonly fork: ForkName
  /** Absent before Capella, whose light-client headers are the first to prove it. */
  readonly execution?: ExecutionHead
  /** Share of the committee that signed what proved this head, 0 to 1; 1 for a trusted checkpoint, which needs no signature. */
  readonly participation: number
  /** True when two thirds of the committee signed: always, unless `minParticipation` allows less. */
  readonly supermajority: boolean
  /** How many independent paths brought or confirmed this head, of how many that were asked. Grows after the head is shown. */
  readonly agreement: Agreement
  /** When the head's slot began, Unix milliseconds. */
  readonly slotStartMs: number
  /** When it was verified here. */
  readonly verifiedAtMs: number
  /** For `JSON.stringify()`: bigints become decimal strings. Not enumerable; lost in a copy by spread or `structuredClone()`. */
  toJSON?(): HeadJson
}

/** A head as `JSON.stringify()` writes it. */
export interface HeadJson extends Omit<Head, 'execution' | 'toJSON'> {
  readonly execution?: Omit<ExecutionHead, 'blockNumber' | 'timestamp'> & {
    readonly blockNumber?: string
    readonly timestamp?: string
  }
}

/** Why heads were left out. */
export type GapReason =
  /** Timers did not run: the page was frozen or throttled, or the machine slept. */
  | 'asleep'
  /** There was no peer. */
  | 'disconnected'
  /** They lie between where the client began and the first head by which it is current. */
  | 'catching_up'
  /** Peers were connected, and brought none. */
  | 'not_received'
  /** They were shown, but this reader was slow. */
  | 'not_read'

/** Slots whose heads a reader was not told, both ends included. Some of them may be empty. */
export interface HeadGap {
  readonly kind: 'gap'
  readonly fromSlot: number
  readonly toSlot: number
  readonly reason: GapReason
}

/** What the client is doing. */
export type LightClientState =
  /** No peer yet, since start. */
  | 'connecting'
  /** Asking peers for the checkpoint's bootstrap. */
  | 'bootstrapping'
  /** Catching up, period by period. */
  | 'syncing'
  /** Heads come as the chain makes them. */
  | 'following'
  /** Connected, but no new head for `stalledAfterSlots`. */
  | 'stalled'
  /** Had peers, has none: redialing. */
  | 'disconnected'
  /** Gave up: `error` says why. */
  | 'failed'
  | 'stopped'

/** One of two headers that exclude each other. */
export interface ConflictingHead {
  readonly slot: number
  /** Beacon block root. */
  readonly root: Hex
  /** Peer ids that sent it, the first ones first. */
  readonly senders: readonly string[]
}

/** Two headers that exclude each other, both signed by two thirds of the sync committee. Heads stay with the known one. */
export interface HeadConflict {
  readonly kind: Head['kind']
  readonly known: ConflictingHead
  readonly other: ConflictingHead
}

/** The client's state at a moment. */
export interface LightClientStatus {
  readonly state: LightClientState
  /** The state in words, for people. */
  readonly message: string
  /** What helps where the state lasts, in words. Nothing is to be done while it is `following`. */
  readonly help?: string
  /** Peers whose Status matched ours. */
  readonly peers: number
  readonly optimistic?: Head
  readonly finalized?: Head
  /** Since the optimistic head's slot began, as it is when this is read. */
  readonly headAgeMs?: number
  /** While syncing: sync-committee periods. */
  readonly sync?: { readonly startPeriod: number; readonly period: number; readonly targetPeriod: number }
  /** The last thing that went wrong; cleared when it is over. */
  readonly error?: LamparaError
  /** The last two headers that exclude each other though two thirds signed both: the committee, or the network, is under attack. */
  readonly conflict?: HeadConflict
}

/** A light client at work. Made by `createLightClient()`. */
export interface LightClient {
  readonly chain: Chain
  readonly network: Network
  /** As it is now: computed when it is read. */
  readonly status: LightClientStatus
  /**
   * Verified heads of one kind: the present one first, then each newer one; a slow reader gets the latest only.
   * Ends when the client stops or `break`s; throws the signal's reason on abort, the error when the client failed.
   */
  heads(options?: {
    readonly kind?: Head['kind']
    readonly signal?: AbortSignal
    readonly gaps?: false
  }): AsyncIterable<Head>
  /**
   * As above, optimistic heads only, and before each head that does not follow its predecessor the slots that were left out. The
   * event `gap` of the network reports those that no reader got, without `not_read`.
   *
   * @throws LamparaError `invalid_argument` for finalized heads, between which there always are slots
   */
  heads(options: {
    readonly kind?: 'optimistic'
    readonly signal?: AbortSignal
    readonly gaps: true
  }): AsyncIterable<Head | HeadGap>
  /**
   * Calls back with the present status at once and with each change. That the head grows older is none.
   *
   * @returns how to stop watching
   */
  watchStatus(callback: (status: LightClientStatus) => void): () => void
  /**
   * Calls back with each light-client object that moved the verified store, once its committees are checked too:
   * what may be served to others. @returns how to stop watching
   */
  watchVerified(callback: (object: LightClientObject) => void): () => void
  /**
   * Resolves with the first verified head that is current (the client follows).
   *
   * @throws LamparaError why it failed, or `stopped`; on abort `timeout` for `AbortSignal.timeout()`, else `aborted`, with the
   *   state in words, and `status.error` as its cause where there is one, else the signal's reason
   */
  ready(options?: { readonly signal?: AbortSignal }): Promise<Head>
  /** Ends everything that this client started. Idempotent. */
  stop(): Promise<void>
}
