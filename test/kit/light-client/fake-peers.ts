import type { Network } from '../../../src/network/types.ts'
import type { PeerInfo } from '../../../src/peers/types.ts'
import type { Protocol, RequestOptions } from '../../../src/reqresp/types.ts'
import { createWatchable } from '../../../src/streams/watchable.ts'
import { createFakeClock } from '../fake-clock.ts'

/** How a peer of a {@link fakePeers} network answers: chunk by chunk, until the signal aborts. */
export type Answer = (request: unknown, signal: AbortSignal) => AsyncIterable<unknown>

/** A network of peers in memory that answer as they are told, on a clock that stands still. */
export function fakePeers(protocolId: string) {
  const clock = createFakeClock(1_700_000_000_000)
  const answers = new Map<string, Answer>()
  const peers = createWatchable<readonly PeerInfo[]>([])
  const asked: string[] = []

  /** Connects a peer; its latency decides how good it looks. */
  function connect(id: string, answer: Answer, latencyMs = 100): void {
    answers.set(id, answer)
    const peer: PeerInfo = {
      id,
      state: 'connected',
      address: '/ip4/127.0.0.1/tcp/1',
      direction: 'outbound',
      persistent: false,
      protocols: [protocolId],
      score: 0,
      connectedAtMs: 0,
      seenAtMs: 0,
      latencyMs,
    }
    peers.set([...peers.value, peer])
  }

  const network = {
    clock,
    get peers() {
      return peers.value
    },
    watchPeers: peers.watch,
    reqresp: {
      request(_protocol: Protocol<unknown, unknown>, request: unknown, { peer, signal }: RequestOptions) {
        asked.push(peer!)
        return answers.get(peer!)!(request, signal!)
      },
    },
  } as unknown as Network
  return { clock, network, connect, asked }
}

/** Answers with these chunks. */
export function sends(...chunks: readonly unknown[]): Answer {
  return async function* () {
    yield* chunks
  }
}

/** Answers with these chunks, and then neither ends nor sends more. */
export function hangsAfter(...chunks: readonly unknown[]): Answer {
  return async function* (_request, signal) {
    yield* chunks
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  }
}

/** Fails with an error. */
export function fails(error: Error): Answer {
  // biome-ignore lint/correctness/useYield: it fails before it sends anything.
  return async function* () {
    throw error
  }
}
