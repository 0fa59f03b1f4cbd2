import type { Upgrader } from '@libp2p/interface'
import { sameChain } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { NetworkOptions } from '../types.ts'

/** Options that must be given when the node is built. */
const shaping = ['listen', 'announce', 'privateKey', 'maxConnections', 'role', 'transports'] as const
const MUXERS = /^\/(yamux|mplex)\//
const inUse = new WeakSet<object>()

type ExternalNode = NonNullable<NetworkOptions['libp2p']>

/** What is looked at of the node's services; `DirectDialService` and `LazyGossipsub` when they come from `libp2pOptions()`. */
interface ExternalServices {
  readonly identify?: unknown
  readonly pubsub?: { readonly sharedMeshCount?: unknown }
  readonly lampara?: {
    readonly dependencies?: { readonly options: NetworkOptions }
    readonly components: { readonly upgrader: Upgrader }
  }
}

/**
 * Takes a node of the user's for a network.
 *
 * @returns lets it go again
 * @throws LamparaError `invalid_argument`, which names all that it lacks
 */
export function adoptExternalNode(given: ExternalNode, options: NetworkOptions): () => void {
  const services: ExternalServices = given.services
  const lacking = lacks(given, services, options)
  const { lampara } = services
  if (lampara === undefined || lacking.length > 0) {
    throw new LamparaError('invalid_argument', `Cannot use the libp2p node: ${lacking.join('; ')}`, {
      details: { lacking },
    })
  }
  inUse.add(lampara)
  return () => void inUse.delete(lampara)
}

function lacks(given: ExternalNode, services: ExternalServices, options: NetworkOptions): readonly string[] {
  const { lampara, identify, pubsub } = services
  const reasons: string[] = []
  const need = (holds: boolean, otherwise: string): void => {
    if (!holds) reasons.push(otherwise)
  }
  for (const name of shaping) need(options[name] === undefined, `\`${name}\` belongs to \`libp2pOptions()\``)
  need(given.status === 'started', `it is ${given.status}, not started`)
  need(given.peerId.type === 'secp256k1', `its key is ${given.peerId.type}, and beacon nodes take secp256k1`)
  need(identify !== undefined, 'it has no service `identify`')
  need(pubsub?.sharedMeshCount !== undefined, 'it has no service `pubsub` of `libp2pOptions()`')
  if (lampara?.dependencies === undefined) reasons.push('it has no service `lampara` of `libp2pOptions()`')
  else {
    const { upgrader } = lampara.components
    need(upgrader.getConnectionEncrypters().has('/noise'), 'it does not encrypt with noise')
    need(
      [...upgrader.getStreamMuxers().keys()].some((name) => MUXERS.test(name)),
      'it has neither yamux nor mplex',
    )
    need(sameChain(lampara.dependencies.options.chain, options.chain), 'its services were made for another chain')
    need(!inUse.has(lampara), 'a network works with it already')
  }
  return reasons
}
