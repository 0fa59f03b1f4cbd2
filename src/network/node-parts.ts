import type { Connection, PrivateKey } from '@libp2p/interface'
import type { LamparaError } from '../errors/index.ts'
import { createGossipRouter, type GossipRouter } from '../gossip/index.ts'
import { type Budgets, createBudgets } from '../limits/budgets.ts'
import { mergeLimits, peerLimits, relayLimits } from '../limits/limits.ts'
import { createGater, createScoreBook, type Gater, type ScoreBook } from '../peers/index.ts'
import type { Platform } from '../platform/platform.ts'
import { raceSignal } from '../streams/abort.ts'
import { systemClock } from '../streams/clock.ts'
import { type ChosenTransports, chooseTransports } from './choose-transports.ts'
import { loadOrMakeIdentity } from './identity.ts'
import { createMeter, type Meter } from './meter.ts'
import type { NetworkOptions } from './types.ts'

/** What a network and its libp2p node have in common, made before either. */
export interface NodeParts {
  readonly options: NetworkOptions
  readonly platform: Platform
  readonly transports: ChosenTransports
  readonly privateKey: PrivateKey
  /** Why nothing is stored, or why the identity is not the stored one. */
  readonly storageTrouble: LamparaError | undefined
  readonly book: ScoreBook
  readonly gater: Gater
  readonly router: GossipRouter
  readonly meter: Meter
  /** Where everything that remote peers cause is charged. */
  readonly budgets: Budgets
  /** Above our own limits: there libp2p closes whom it likes. */
  readonly maxConnections: number | undefined
  /** The node's; none before it is made. */
  connections: () => readonly Connection[]
}

/** What asks for late code before anything else starts; elsewhere it comes later, or never. */
const lateOptions = [
  'listen',
  'records',
  'discv5',
  'maxInbound',
  'maxOutbound',
  'maxPerGroup',
  'unconditionalPeers',
  'privatePeers',
] as const

/** @throws LamparaError as `createNetwork()` does for its options */
export async function createNodeParts(platform: Platform, options: NetworkOptions): Promise<NodeParts> {
  const { chain, clock = systemClock, role = 'peer', signal } = options
  const late = lateOptions.some((name) => options[name] !== undefined) ? await import('./late.ts') : undefined
  late?.checkLateOptions(options)
  // The pages of an origin share a storage: of two peers of one identity a bootnode would hear but one.
  const storage = platform.name === 'browser' ? undefined : options.storage
  // A storage may keep its answer to itself.
  const { privateKey, trouble } = await raceSignal(loadOrMakeIdentity(options.privateKey, storage, role), signal)
  signal?.throwIfAborted()
  const transports = await chooseTransports(platform, options.transports)
  const book = createScoreBook(clock)
  const budgets = createBudgets(mergeLimits(role === 'relay' ? relayLimits : peerLimits, options.trafficLimits), clock)
  const inbound = late?.limitInbound(platform, options, () => parts.connections())
  const parts: NodeParts = {
    options,
    platform,
    transports,
    privateKey,
    storageTrouble: options.storage?.unavailable ?? trouble,
    book,
    meter: createMeter(),
    budgets,
    router: createGossipRouter(chain, role, book.scoreOf, {
      limits: budgets.limits,
      charge: (peerId, cause, amount) => budgets.ofPeer(peerId)?.charge(cause, amount) ?? true,
    }),
    gater: createGater({
      inbound: inbound?.gate,
      isBanned: (peerId) => book.bannedUntilMs(peerId) !== undefined,
      allowPrivateAddresses: options.allowPrivateAddresses ?? false,
      canDial: transports.canDial,
    }),
    maxConnections: inbound?.maxConnections,
    connections: () => [],
  }
  return parts
}
