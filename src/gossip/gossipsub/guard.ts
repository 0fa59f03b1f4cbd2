import type { GossipSub } from '@libp2p/gossipsub'
import type { PeerId, Stream } from '@libp2p/interface'
import { LamparaError } from '../../errors/index.ts'
import type { TrafficLimits } from '../../limits/limits.ts'
import { createTimeSlice } from '../../streams/time-slice.ts'
import { MESSAGE_ID_BYTES } from '../../wire/index.ts'

/** What of a gossipsub RPC is counted. */
interface Rpc {
  readonly subscriptions?: readonly unknown[]
  readonly messages?: readonly { readonly topic?: string }[]
  readonly control?: Partial<Record<'graft' | 'prune', readonly unknown[]>> &
    Partial<Record<NamingIds, readonly { readonly messageIDs?: readonly Uint8Array[] }[]>>
}

/** Control messages that name messages by their ids. */
type NamingIds = 'ihave' | 'iwant' | 'idontwant'

interface Bytes {
  readonly byteLength: number
  subarray(): Uint8Array
}

/** What gossipsub has, though its type does not say so. */
interface Inner {
  handleReceivedRpc(from: PeerId, rpc: Rpc): Promise<void>
  decodeRpc(bytes: Uint8Array): Rpc
  pipePeerReadStream(from: PeerId, source: AsyncIterable<Bytes>): Promise<void>
  createInboundStream(from: PeerId, stream: Stream): void
  onPeerDisconnected(from: PeerId): void
  readonly seenCache: { put(key: string, value: undefined): boolean; readonly entries: Map<string, unknown> }
}

/** What the guard asks. */
export interface GossipGuardOptions {
  readonly limits: Pick<TrafficLimits, 'seenMessages' | 'messagesPerRpc'>
  /** Largest RPC that is read, in bytes. */
  readonly maxRpcBytes: number
  /** True for topics that this node can have joined. */
  isKnownTopic(topicString: string): boolean
  /** Charges a peer. @returns false when it is beyond the limit, and disconnected */
  charge(
    peerId: string,
    cause: 'gossip_rpcs' | 'gossip_messages' | 'gossip_controls' | 'gossip_malformed',
    amount: number,
  ): boolean
}

/** Messages that are handed to gossipsub at once: each is decompressed and hashed before the next. */
const AT_ONCE = 8
/** How long gossip works on what peers sent before other things have their turn, in milliseconds. */
const SLICE_MS = 15

/**
 * Puts limits on what gossipsub takes from peers, by replacing four of its methods.
 *
 * Gossipsub 17 remembers each message id that it has seen for minutes and bounds neither their number nor the rate of messages,
 * passes over RPCs that it cannot decode, and reads a stream without backpressure.
 *
 * @throws LamparaError `internal` when gossipsub has no such methods
 */
export function guardGossipsub(pubsub: GossipSub, options: GossipGuardOptions): void {
  const inner = pubsub as unknown as Inner
  const { handleReceivedRpc, createInboundStream, seenCache } = inner
  const replaced = [handleReceivedRpc, createInboundStream, inner.decodeRpc, inner.pipePeerReadStream, seenCache?.put]
  if (!replaced.every((method) => typeof method === 'function') || !(seenCache.entries instanceof Map)) {
    throw new LamparaError('internal', 'Cannot limit gossip: the gossipsub of libp2p is not as it was')
  }
  const { charge, limits } = options
  const slice = createTimeSlice(SLICE_MS)
  let opening: Backlog | undefined
  boundSeen(seenCache, limits.seenMessages)

  inner.createInboundStream = (from, stream) => {
    // Gossipsub makes an iterable of the stream in the same turn, and hands it to `pipePeerReadStream()`.
    opening = createBacklog(stream, options.maxRpcBytes)
    createInboundStream.call(inner, from, stream)
    opening = undefined
  }

  inner.pipePeerReadStream = async (from, source) => {
    const id = from.toString()
    const backlog = opening
    try {
      for await (const data of source) {
        backlog?.take(data.byteLength)
        if (!charge(id, 'gossip_rpcs', 1)) return
        const rpc = decode(data)
        if (rpc === undefined) {
          if (!charge(id, 'gossip_malformed', 1)) return
          continue
        }
        if (!(await handle(from, rpc))) return
        await slice.pass()
      }
    } catch {
      // A length that is not a number, or beyond the bound.
      charge(id, 'gossip_malformed', 1)
      inner.onPeerDisconnected(from)
    }
  }

  function decode(data: Bytes): Rpc | undefined {
    try {
      const rpc = inner.decodeRpc(data.subarray())
      return (rpc.messages?.length ?? 0) > limits.messagesPerRpc || namesOtherIds(rpc) ? undefined : rpc
    } catch {
      return undefined
    }
  }

  async function handle(from: PeerId, { subscriptions = [], messages: all = [], control }: Rpc): Promise<boolean> {
    const id = from.toString()
    // Gossipsub only passes over messages of topics that nobody here ever joined.
    const messages = all.filter(({ topic = '' }) => options.isKnownTopic(topic))
    const unknown = all.length - messages.length
    if (unknown > 0 && !charge(id, 'gossip_malformed', unknown)) return false
    const controls = Object.values(control ?? {}).reduce((sum, list) => sum + (list?.length ?? 0), subscriptions.length)
    if (messages.length > 0 && !charge(id, 'gossip_messages', messages.length)) return false
    if (controls > 0 && !charge(id, 'gossip_controls', controls)) return false
    // Gossipsub's own errors do not end the stream.
    const take = (rpc: Rpc): Promise<void> => handleReceivedRpc.call(inner, from, rpc).catch(() => {})
    if (subscriptions.length > 0) await take({ subscriptions, messages: [] })
    for (let at = 0; at < messages.length; at += AT_ONCE) {
      await take({ subscriptions: [], messages: messages.slice(at, at + AT_ONCE) })
      await slice.pass()
    }
    if (control != null) await take({ subscriptions: [], messages: [], control })
    return true
  }
}

/** True when a message id has not the length that every message id has (phase0/p2p-interface.md). Gossipsub takes any. */
function namesOtherIds({ control }: Rpc): boolean {
  return ([control?.ihave, control?.iwant, control?.idontwant] as const).some((list) =>
    list?.some(({ messageIDs }) => messageIDs?.some(({ length }) => length !== MESSAGE_ID_BYTES)),
  )
}

/** Forgets the oldest ids beyond a number. */
function boundSeen(cache: Inner['seenCache'], maxSize: number): void {
  const put = cache.put.bind(cache)
  cache.put = (key, value) => {
    const known = put(key, value)
    const { entries } = cache
    if (entries.size > maxSize) entries.delete(entries.keys().next().value!)
    return known
  }
}

/** Bytes that have arrived on a gossip stream, and wait to be read. */
interface Backlog {
  take(bytes: number): void
}

/** Pauses a stream while more than a whole RPC waits. */
function createBacklog(stream: Stream, maxBytes: number): Backlog {
  let waiting = 0
  let paused = false
  stream.addEventListener('message', ({ data }) => {
    waiting += data.byteLength
    if (paused || waiting <= 2 * maxBytes || stream.readStatus !== 'readable') return
    paused = true
    stream.pause()
  })
  return {
    take(bytes) {
      waiting = Math.max(0, waiting - bytes - varintLength(bytes))
      if (!paused || waiting > maxBytes) return
      paused = false
      if (stream.readStatus === 'paused') stream.resume()
    },
  }
}

/** Bytes of the length that goes before an RPC. */
function varintLength(value: number): number {
  let length = 1
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) length++
  return length
}
