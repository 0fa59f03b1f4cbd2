import type { Chain, ForkName, Hex } from '../chain/index.ts'
import type { LightClientDataSource } from '../light-client/serving/serve.ts'
import type { Network } from '../network/types.ts'
import type { LightClientObject } from '../ssz/index.ts'
import type { AbortOptions } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import type { BeaconChainOptions } from './beacon/options.ts'
import type { PersonaName } from './persona/personas.ts'

/** Where a devnet listens, and for how long. */
export interface DevnetNodeOptions {
  /** TCP port of the beacon node, on 127.0.0.1. @default 0, a free one */
  readonly port?: number
  /** Port of the Beacon API, on 127.0.0.1. @default 0, a free one */
  readonly restPort?: number
  /**
   * Take part in discv5, and dial whom it finds. UDP on 127.0.0.1: `port` 0 is a free one. `bootstrap` are node records to
   * begin with, none by default: others begin with the devnet's.
   *
   * @default false
   */
  readonly discv5?: boolean | DevnetDiscv5Options
  /** secp256k1 private key of the beacon node, 32 bytes. @default a new one */
  readonly privateKey?: Uint8Array
  readonly clock?: Clock
  /**
   * Whose behaviour the beacon node has, towards peers: `lighthouse` (quotas of one object in ten seconds, a gossip stream at
   * once), `lodestar` (quotas with a ban, updates under the digest of their signature slot, scores for peers that share an
   * address), `recent-only` (no data from before it began). See docs/devnet.md. The Beacon API is the same for all.
   *
   * @default 'lampara', which does as the specification says, and delays what comes too fast
   */
  readonly persona?: PersonaName
  /** Aborts the start, and stops the devnet afterwards. */
  readonly signal?: AbortSignal
}

/** How a devnet takes part in discv5. */
export interface DevnetDiscv5Options {
  readonly port?: number
  readonly bootEnrs?: readonly string[]
}

/** Options of `createDevnet()` for a chain that is made. */
export interface MadeDevnetOptions extends DevnetNodeOptions, Omit<BeaconChainOptions, 'genesisTime'> {
  readonly replay?: undefined
  /** How many slots lie behind when it starts, at least. @default four epochs and a slot: there is finality at once */
  readonly startSlot?: number
}

/** Options of `createDevnet()` for a chain that was recorded. */
export interface ReplayDevnetOptions extends DevnetNodeOptions {
  /** A folder of Beacon API JSON. */
  readonly replay: string
  /** The chain that was recorded. @default mainnet */
  readonly chain?: Chain
}

/** Options of `createDevnet()`. */
export type DevnetOptions = MadeDevnetOptions | ReplayDevnetOptions

/** A block that the devnet reports. */
export interface DevnetBlock {
  readonly slot: number
  readonly root: Hex
  readonly fork: ForkName
}

/** What happens on a devnet. */
export type DevnetEvent =
  /** A slot began; without `block` it is a missed one. */
  | { readonly type: 'slot'; readonly slot: number; readonly block?: DevnetBlock; readonly participants: number }
  /** An epoch's checkpoint became final. */
  | { readonly type: 'finalized'; readonly epoch: number; readonly block: DevnetBlock }
  /** A light-client object was made. */
  | { readonly type: 'object'; readonly object: LightClientObject }
  /** A finality or optimistic update was published by gossip. */
  | {
      readonly type: 'published'
      readonly object: LightClientObject<'finality_update' | 'optimistic_update'>
      readonly recipients: number
    }
  /** A request was refused with code 139: the peer went beyond the persona's quota. */
  | { readonly type: 'refused'; readonly peer: string; readonly method: string }
  /** A peer was banned for what the persona does not take. */
  | { readonly type: 'banned'; readonly peer: string; readonly reason: string }

/** A running devnet. */
export interface Devnet {
  /** To be handed to anyone who follows: preset, forks, genesis. */
  readonly chain: Chain
  /** The chain's own time: the machine's, or in a replay the recording's. */
  readonly clock: Clock
  /** How far the chain's time is ahead of that of `options.clock`, in milliseconds: 0 unless it is a replay. */
  readonly clockOffsetMs: number
  /** The beacon node. */
  readonly network: Network
  /** Its multiaddrs, each with `/p2p/…`. */
  readonly addresses: readonly string[]
  /** Its node record (`enr:…`) as it stands: others dial it by that, or begin discv5 with it. */
  readonly enr: string
  /** Base URL of the Beacon API. The join document is there too. */
  readonly restUrl: string
  /** What is served: bootstraps by root, updates by period, the newest finality and optimistic update. */
  readonly data: LightClientDataSource
  /** In a replay, what could not be used of the folder: `file: reason`. */
  readonly skipped: readonly string[]
  /** A finalized block root whose bootstrap is served: where trust can start. */
  checkpoint(): Hex
  head(): DevnetBlock
  finalized(): DevnetBlock
  /**
   * What happens from now on; at most 4,096 events wait, then the oldest are dropped. Ends when the devnet stops; rejects
   * with `signal.reason` on abort, and with the error where one ended the devnet (a slot rule of yours that threw, say).
   */
  events(options?: AbortOptions): AsyncIterable<DevnetEvent>
  /** Light-client objects as they are made from now on; bounds and endings as `events()`. */
  objects(options?: AbortOptions): AsyncIterable<LightClientObject>
  /** Ends everything that it started. Idempotent. */
  stop(): Promise<void>
}
