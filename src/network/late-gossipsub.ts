import type { GossipSub, GossipSubComponents, TopicValidatorFn } from '@libp2p/gossipsub'
import type { Startable } from '@libp2p/interface'
import type { Pubsub, PubsubEvent, TopicDelivery } from '../gossip/index.ts'
import type { CancelTimer, Clock } from '../streams/clock.ts'
import { keepOutOfMesh } from './lazy-topic.ts'

/** How long after its code could not be had it is asked for again. */
const RETRY_MS = 5_000

/** Gossipsub that is loaded when it is first needed: a page shows its first verified head without it. */
export interface LateGossipsub extends Pubsub, Startable {
  /** Resolves when gossipsub runs; at once when it does already. */
  load(): Promise<void>
  /** Topics in whose mesh the peer is, of those that we are in. */
  meshesWith(peerId: string): number
}

type Loaded = GossipSub & Startable

/**
 * A libp2p service that stands for gossipsub and brings it in at the first subscription or publication, or as the node
 * starts.
 *
 * What is asked of it before is done once it runs. Peers that connected meanwhile are told of it by identify-push, and it
 * of them here: libp2p tells a service of the connections that come after it only.
 */
export function lateGossipsub(
  bring: () => Promise<(components: GossipSubComponents) => GossipSub>,
  { atStart, clock }: { readonly atStart: boolean; readonly clock: Clock },
): (components: GossipSubComponents) => LateGossipsub {
  return (components) => {
    let running: Loaded | undefined
    let loading: Promise<void> | undefined
    let started = false
    let cancelRetry: CancelTimer = () => {}
    const validators = new Map<string, TopicValidatorFn>()
    const wanted = new Map<string, TopicDelivery>()
    const listeners: { readonly type: PubsubEvent; readonly listener: () => void }[] = []

    async function bringIn(): Promise<void> {
      const create = await bring()
      if (!started) return
      const pubsub = create(components) as Loaded
      for (const [topic, validator] of validators) pubsub.topicValidators.set(topic, validator)
      for (const { type, listener } of listeners) pubsub.addEventListener(type, listener)
      await pubsub.start()
      if (!started) {
        await pubsub.stop()
        return
      }
      running = pubsub
      for (const [topic, delivery] of wanted) join(pubsub, topic, delivery)
      await meetConnected(pubsub, components)
    }

    function load(): Promise<void> {
      loading ??= bringIn().catch((error: unknown) => {
        // A page may be offline when it first needs the code.
        loading = undefined
        cancelRetry()
        cancelRetry = clock.setTimer(want, RETRY_MS)
        throw error
      })
      return loading
    }

    function want(): void {
      if (started && wanted.size > 0) load().catch(() => {})
    }

    return {
      topicValidators: {
        set(topic, validator) {
          validators.set(topic, validator)
          running?.topicValidators.set(topic, validator)
        },
      },
      load,
      async start() {
        started = true
        if (atStart || wanted.size > 0) await load()
      },
      async stop() {
        started = false
        cancelRetry()
        await loading?.catch(() => {})
        await running?.stop()
      },
      subscribe(topic, delivery) {
        wanted.set(topic, delivery)
        if (running === undefined) want()
        else join(running, topic, delivery)
      },
      unsubscribe(topic) {
        wanted.delete(topic)
        running?.unsubscribe(topic)
      },
      getSubscribers: (topic) => running?.getSubscribers(topic) ?? [],
      meshesWith: (peerId) => [...wanted.keys()].filter((topic) => running && isInMesh(running, topic, peerId)).length,
      async publish(...args) {
        await load()
        if (running === undefined) throw new Error('gossip has stopped')
        return running.publish(...args)
      },
      addEventListener(type, listener) {
        listeners.push({ type, listener })
        running?.addEventListener(type, listener)
      },
      removeEventListener(type, listener) {
        const index = listeners.findIndex((entry) => entry.type === type && entry.listener === listener)
        if (index >= 0) listeners.splice(index, 1)
        running?.removeEventListener(type, listener)
      },
    }
  }
}

function join(pubsub: GossipSub, topic: string, delivery: TopicDelivery): void {
  if (delivery === 'lazy') keepOutOfMesh(pubsub, topic)
  pubsub.subscribe(topic)
}

/** Tells gossipsub of the peers that were connected before it, and speak it. */
async function meetConnected(pubsub: GossipSub, components: GossipSubComponents): Promise<void> {
  const { connectionManager, peerStore, registrar } = components
  for (const connection of connectionManager.getConnections()) {
    const { protocols } = await peerStore.get(connection.remotePeer).catch(() => ({ protocols: [] as string[] }))
    const spoken = pubsub.protocols.find((protocol) => protocols.includes(protocol))
    if (spoken === undefined || connection.status !== 'open') continue
    for (const topology of registrar.getTopologies(spoken)) topology.onConnect?.(connection.remotePeer, connection)
  }
}

/** Gossipsub's type leaves out its meshes. */
function isInMesh(pubsub: GossipSub, topic: string, peerId: string): boolean {
  const { mesh } = pubsub as unknown as { readonly mesh?: ReadonlyMap<string, ReadonlySet<string>> }
  return mesh?.get(topic)?.has(peerId) ?? false
}
