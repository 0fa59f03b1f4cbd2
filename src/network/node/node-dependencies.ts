import type { PrivateKey } from '@libp2p/interface'
import type { LamparaError } from '../../errors/index.ts'
import { createGossipsubConfig, type GossipsubConfig } from '../../gossip/index.ts'
import { type Budgets, createBudgets } from '../../limits/budgets.ts'
import { mergeLimits, peerLimits, relayLimits } from '../../limits/limits.ts'
import { createConnectionGater, createPeerScores, type Gater, type PeerScores } from '../../peers/index.ts'
import type { Platform } from '../../platform/platform.ts'
import { raceSignal } from '../../streams/abort.ts'
import { systemClock } from '../../streams/clock.ts'
import type { InboundProtection } from '../limits/inbound-limits.ts'
import { createMeter, type Meter } from '../metrics/meter.ts'
import type { NetworkOptions } from '../types.ts'
import { loadOrMakeIdentity } from './identity.ts'
import { type ChosenTransports, chooseTransports } from './transports/choose-transports.ts'

/** What a network and its libp2p node have in common, made before either. */
export interface NodeDependencies {
  readonly options: NetworkOptions
  readonly platform: Platform
  readonly transports: ChosenTransports
  readonly privateKey: PrivateKey
  /** Why nothing is stored, or why the identity is not the stored one. */
  readonly storageError: LamparaError | undefined
  readonly scores: PeerScores
  readonly gater: Gater
  readonly gossipsubConfig: GossipsubConfig
  readonly meter: Meter
  /** Where everything that remote peers cause is charged. */
  readonly budgets: Budgets
  /** Who is let in; undefined where nobody can dial us. */
  readonly inbound: InboundProtection | undefined
}

/** What asks for late code before anything else starts; elsewhere it comes later, or never. */
const deferredOptions = [
  'listen',
  'enrs',
  'discv5',
  'maxInbound',
  'maxOutbound',
  'maxPerSubnet',
  'unconditionalPeers',
  'privatePeers',
] as const

/** @throws LamparaError as `createNetwork()` does for its options */
export async function createNodeDependencies(platform: Platform, options: NetworkOptions): Promise<NodeDependencies> {
  const { chain, clock = systemClock, role = 'peer', signal } = options
  const late = deferredOptions.some((name) => options[name] !== undefined) ? await import('../deferred.ts') : undefined
  late?.checkDeferredOptions(options)
  // The pages of an origin share a storage: of two peers of one identity a bootnode would hear but one.
  const storage = platform.name === 'browser' ? undefined : options.storage
  // A storage may keep its answer to itself.
  const { privateKey, trouble } = await raceSignal(loadOrMakeIdentity(options.privateKey, storage, role), signal)
  signal?.throwIfAborted()
  const transports = await chooseTransports(platform, options.transports)
  const book = createPeerScores(clock)
  const budgets = createBudgets(mergeLimits(role === 'relay' ? relayLimits : peerLimits, options.trafficLimits), clock)
  // A page that does not listen, as most, never loads it.
  const inbound =
    late !== undefined && options.listen?.length
      ? (await import('../limits/inbound-limits.ts')).createInboundLimits(
          late.peerLimits(platform, options),
          options,
          clock,
          budgets,
        )
      : undefined
  const parts: NodeDependencies = {
    options,
    platform,
    transports,
    privateKey,
    storageError: options.storage?.unavailable ?? trouble,
    scores: book,
    meter: createMeter(),
    budgets,
    gossipsubConfig: createGossipsubConfig(
      chain,
      role,
      book.scoreOf,
      {
        limits: budgets.limits,
        charge: (peerId, cause, amount) => budgets.ofPeer(peerId)?.charge(cause, amount) ?? true,
      },
      options.colocation,
    ),
    gater: createConnectionGater({
      inbound: inbound?.gate,
      isBanned: (peerId) => book.bannedUntilMs(peerId) !== undefined,
      allowPrivateAddresses: options.allowPrivateAddresses ?? false,
      canDial: transports.canDial,
    }),
    inbound,
  }
  return parts
}
