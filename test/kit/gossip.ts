import type { Chain, ForkName } from '../../src/chain/index.ts'
import type { GossipMessage, Subscription } from '../../src/gossip/index.ts'
import type { SignedBeaconBlock } from '../../src/ssz/beacon/beacon-values.ts'
import type { OperationName } from '../../src/ssz/beacon/operation-types.ts'
import { operationType } from '../../src/ssz/beacon/operation-types.ts'
import { compressBlock } from '../../src/wire/index.ts'
import type { BareNode } from './network.ts'

/** Lets the wire do its work. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

/** Resolves once a condition holds. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause()
}

/** Takes so many messages from a subscription, and leaves it open. */
export async function take<Message>(
  subscription: Subscription<Message>,
  count: number,
): Promise<GossipMessage<Message>[]> {
  const messages = subscription[Symbol.asyncIterator]()
  const taken: GossipMessage<Message>[] = []
  while (taken.length < count) {
    const { done, value } = await messages.next()
    if (done) throw new Error('the subscription ended')
    taken.push(value)
  }
  return taken
}

/** A block of zeros but for its slot. */
export function blockAt(chain: Chain, fork: ForkName, slot: number): SignedBeaconBlock {
  const block = operationType(chain.preset, fork, 'beacon_block').defaultValue()
  block.message.slot = slot
  return block
}

/** Something that goes over gossip, as it is on the wire. */
export function operationPayload(chain: Chain, fork: ForkName, name: OperationName, value: unknown): Uint8Array {
  return compressBlock(
    (operationType(chain.preset, fork, name) as { serialize(value: unknown): Uint8Array }).serialize(value),
  )
}

/** Resolves once a bare node knows that so many of its peers are in a topic. */
export async function untilHeard({ libp2p }: BareNode, topicName: string, count = 1): Promise<void> {
  await until(() => libp2p.services.pubsub.getSubscribers(topicName).length >= count)
}

/** What a bare node thinks of a peer, and whether it has it in its mesh: gossipsub's own, which its interface leaves out. */
export function viewOf(
  node: BareNode,
  peerId: string,
): { score(): number; inMesh(topicName: string): boolean; backoffUntilMs(topicName: string): number | undefined } {
  const pubsub = node.libp2p.services.pubsub as unknown as {
    getScore(peerId: string): number
    getMeshPeers(topicName: string): string[]
    readonly backoff: ReadonlyMap<string, ReadonlyMap<string, number>>
  }
  return {
    backoffUntilMs: (topicName) => pubsub.backoff.get(topicName)?.get(peerId),
    score: () => pubsub.getScore(peerId),
    inMesh: (topicName) => pubsub.getMeshPeers(topicName).includes(peerId),
  }
}

/** Resolves when a bare node's next graft of a peer was answered by a prune. */
export function untilPruned({ libp2p }: BareNode, peerId: string): Promise<void> {
  return new Promise((resolve) => {
    libp2p.services.pubsub.addEventListener('gossipsub:prune', ({ detail }) => {
      if (detail.peerId === peerId && detail.direction === 'inbound') resolve()
    })
  })
}
