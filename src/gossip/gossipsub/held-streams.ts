import type { GossipSubComponents } from '@libp2p/gossipsub'
import type { Connection, Stream, StreamHandler } from '@libp2p/interface'

/** Gossipsub's protocols. Its own list comes with its code. */
const PROTOCOLS = ['/meshsub/1.2.0', '/meshsub/1.1.0', '/meshsub/1.0.0']
/** Streams that wait at most. A peer has one. */
const MAX_HELD = 256

/** Streams that peers opened before gossipsub's code was loaded. */
export interface HeldStreams {
  /** Components for gossipsub, whose handlers replace those that hold streams. */
  readonly components: GossipSubComponents
  /** Registers the protocols: from now on streams of peers are accepted, and wait. */
  start(): Promise<void>
  /** Hands the streams that wait to gossipsub, which runs by now. */
  release(): void
  stop(): void
}

/**
 * Accepts gossip streams before gossipsub is loaded. Lighthouse bans a peer that refuses the stream which it opens right after
 * connecting (sigp/lighthouse#6645). Nothing is read: libp2p bounds what a stream buffers.
 */
export function holdStreams(components: GossipSubComponents): HeldStreams {
  const { registrar } = components
  const held = new Map<Stream, Connection>()
  let isHolding = false

  const hold: StreamHandler = (stream, connection) => {
    if (!isHolding || held.size >= MAX_HELD) return stream.abort(new Error('gossip does not run'))
    held.set(stream, connection)
    stream.addEventListener('close', () => held.delete(stream), { once: true })
  }

  return {
    components: Object.create(components, {
      registrar: {
        value: Object.create(registrar, {
          handle: {
            value: (protocol: string, handler: StreamHandler, options: object) =>
              registrar.handle(protocol, handler, { ...options, force: true }),
          },
        }),
      },
    }),
    async start() {
      isHolding = true
      for (const protocol of PROTOCOLS) await registrar.handle(protocol, hold, { maxInboundStreams: 1 })
    },
    release() {
      isHolding = false
      for (const [stream, connection] of held) {
        if (stream.status === 'open') registrar.getHandler(stream.protocol).handler(stream, connection)
      }
      held.clear()
    },
    stop() {
      isHolding = false
      for (const stream of held.keys()) stream.abort(new Error('gossip has stopped'))
      held.clear()
    },
  }
}
