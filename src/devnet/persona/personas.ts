import type { ColocationScoring } from '../../gossip/types.ts'

/** The light-client request methods, by name. */
export type LightClientMethod =
  | 'light_client_bootstrap'
  | 'light_client_updates_by_range'
  | 'light_client_finality_update'
  | 'light_client_optimistic_update'

/** How often one peer may ask. What is beyond it is refused with code 139, and takes nothing from the quota. */
export interface RequestQuota {
  readonly tokens: number
  readonly windowMs: number
  /** What takes a token: a request, or each object that it asks for. */
  readonly per: 'request' | 'object'
}

/** How a beacon node differs from the others, as data. */
export interface Persona {
  /** What each peer may ask for. Methods that are left out delay what comes too fast, and refuse nothing. */
  readonly quotas: Partial<Readonly<Record<LightClientMethod, RequestQuota>>>
  /** Whether a peer that goes beyond a quota is also banned. */
  readonly bansBeyondQuota: boolean
  /** Opens its gossip stream as soon as a peer connects, without waiting for identify, and bans a peer that refuses it. */
  readonly opensGossipAtOnce: boolean
  /** Under the fork digest of which slot light-client updates are published. The specification says: the attested header's. */
  readonly publishesUnder: 'attested-slot' | 'signature-slot'
  /** How its gossip scores peers that share an address. Left out: addresses on this machine do not count. */
  readonly colocation?: ColocationScoring
  /** Which data it has. Left out: all that the chain made. */
  readonly history?: PersonaHistory
}

/** What a node has that began a while ago from a checkpoint. */
export interface PersonaHistory {
  /** Sync-committee periods with updates, the present one included. A range that begins earlier is refused with code 3. */
  readonly periods: number
  /** Epochs with bootstraps, the finalized one included. Others are refused with code 3. */
  readonly bootstrapEpochs: number
}

const asSpecified = {
  quotas: {},
  bansBeyondQuota: false,
  opensGossipAtOnce: false,
  publishesUnder: 'attested-slot',
} as const satisfies Persona

const oneInTenSeconds: RequestQuota = { tokens: 1, windowMs: 10_000, per: 'object' }
const twoInTwelveSeconds: RequestQuota = { tokens: 2, windowMs: 12_000, per: 'request' }

/** Whose behaviour a devnet's beacon node can have. */
export type PersonaName = 'lampara' | 'lighthouse' | 'lodestar' | 'recent-only'

/**
 * What real nodes do differently, one line for each thing.
 *
 * - `lighthouse`: its rate limiter has one token in ten seconds for each light-client method, and counts the objects asked for: a
 *   range of more than one update is refused however long it is since the last one. It opens `/meshsub/…` on the first
 *   connection, and a peer that refuses it is banned (sigp/lighthouse#6645).
 * - `lodestar`: quotas and ban of its `rateLimit.ts`, the digest of its light-client gossip, and its gossip scoring: −71.25 × (n − 3)² for n
 *   identities behind one address, gone ones for 100 epochs, measured with beacon-node 1.44.
 * - `recent-only`: any node that began from a checkpoint. It never had older updates.
 */
export const personas = {
  lampara: asSpecified,
  lighthouse: {
    ...asSpecified,
    quotas: {
      light_client_bootstrap: oneInTenSeconds,
      light_client_updates_by_range: oneInTenSeconds,
      light_client_finality_update: oneInTenSeconds,
      light_client_optimistic_update: oneInTenSeconds,
    },
    opensGossipAtOnce: true,
  },
  lodestar: {
    ...asSpecified,
    quotas: {
      light_client_bootstrap: { tokens: 5, windowMs: 15_000, per: 'request' },
      light_client_updates_by_range: { tokens: 128, windowMs: 10_000, per: 'object' },
      light_client_finality_update: twoInTwelveSeconds,
      light_client_optimistic_update: twoInTwelveSeconds,
    },
    bansBeyondQuota: true,
    publishesUnder: 'signature-slot',
    colocation: { threshold: 3, weight: -71.25, retainEpochs: 100 },
  },
  'recent-only': { ...asSpecified, history: { periods: 2, bootstrapEpochs: 4 } },
} as const satisfies Readonly<Record<PersonaName, Persona>>

/** The names of all personas. */
export const personaNames = Object.keys(personas) as readonly PersonaName[]
