import type { GossipSub, GossipSubComponents, TopicValidatorFn } from '@libp2p/gossipsub'
import type { Startable } from '@libp2p/interface'
import type { CancelTimer, Clock } from '../../streams/clock.ts'
import type { Pubsub, PubsubEvent } from '../index.ts'
import { holdStreams } from './held-streams.ts'
import { optOutOfMesh } from './mesh-opt-out.ts'

/** How long after its code could not be had it is asked for again. */
const RETRY_MS = 5_000

/** Gossipsub that loads on demand: a page shows its first verified head without it. */
export interface LazyGossipsub extends Pubsub, Startable {
  /** Resolves when gossipsub runs; at once when it does already. */
  load(): Promise<void>
  /** Topics in whose mesh the peer is, of those that we are in. */
  sharedMeshCount(peerId: string): number
  /** True for a peer that subscribes to a topic that we are in. */
  isSubscriber(peerId: string): boolean
}

type Loaded = GossipSub & Startable

/**
 * A libp2p service that stands for gossipsub and brings it in at the first subscription or publication, or as the node
 * starts.
 *
 * What is asked of it before is done once it runs. Streams that peers open before wait for it (`held-streams.ts`). Peers that connected meanwhile learn of it by identify-push, and it
 * of them here: libp2p tells a service of the connections that come after it only.
 */
export function lazyGossipsub(
  bring: () => Promise<(components: GossipSubComponents) => GossipSub>,
  { atStart, clock }: { readonly atStart: boolean; readonly clock: Clock },
): (components: GossipSubComponents) => LazyGossipsub {
  return (components) => {
    let running: Loaded | undefined
    let loading: Promise<void> | undefined
    let started = false
    let cancelRetry: CancelTimer = () => {}
    const held = holdStreams(components)
    const validators = new Map<string, TopicValidatorFn>()
    const wanted = new Map<string, boolean>()
    const listeners: { readonly type: PubsubEvent; readonly listener: () => void }[] = []

    async function bringIn(): Promise<void> {
      const create = await bring()
      if (!started) return
      const pubsub = create(held.components) as Loaded
      for (const [topic, validator] of validators) pubsub.topicValidators.set(topic, validator)
      for (const { type, listener } of listeners) pubsub.addEventListener(type, listener)
      await pubsub.start()
      if (!started) {
        await pubsub.stop()
        return
      }
      running = pubsub
      held.release()
      for (const [topic, mesh] of wanted) join(pubsub, topic, mesh)
      await notifyOfOpenConnections(pubsub, components)
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
        if (!atStart) await held.start()
        if (atStart || wanted.size > 0) await load()
      },
      async stop() {
        started = false
        cancelRetry()
        held.stop()
        await loading?.catch(() => {})
        await running?.stop()
      },
      subscribe(topic, mesh) {
        wanted.set(topic, mesh)
        if (running === undefined) want()
        else join(running, topic, mesh)
      },
      unsubscribe(topic) {
        wanted.delete(topic)
        running?.unsubscribe(topic)
      },
      getSubscribers: (topic) => running?.getSubscribers(topic) ?? [],
      sharedMeshCount: (peerId) =>
        [...wanted.keys()].filter((topic) => running && isInMesh(running, topic, peerId)).length,
      isSubscriber: (peerId) =>
        [...wanted.keys()].some((topic) => running !== undefined && hasSubscribed(running, topic, peerId)),
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

function join(pubsub: GossipSub, topic: string, mesh: boolean): void {
  if (!mesh) optOutOfMesh(pubsub, topic)
  pubsub.subscribe(topic)
}

/** Notifies gossipsub of connections that were open before it started. */
async function notifyOfOpenConnections(pubsub: GossipSub, components: GossipSubComponents): Promise<void> {
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

/** Nor does it have its peers' subscriptions, but as lists. */
function hasSubscribed(pubsub: GossipSub, topic: string, peerId: string): boolean {
  const { topics } = pubsub as unknown as { readonly topics?: ReadonlyMap<string, ReadonlySet<string>> }
  return topics?.get(topic)?.has(peerId) ?? false
}
