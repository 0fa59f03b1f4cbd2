import { equalBytes, fromHex, type Hex } from '../../chain/index.ts'
import { isLamparaError, LamparaError } from '../../errors/index.ts'
import type { Network } from '../../network/types.ts'
import { protocols } from '../../reqresp/index.ts'
import type { Protocol, RequestOptions, ResponseStream } from '../../reqresp/types.ts'
import { type LinkedSignal, linkSignals, onAbort } from '../../streams/abort.ts'

/** Peers that are asked before they answered Status. */
const MAX_PEERS = 2
/** What was asked longer ago is asked again. */
const FRESH_MS = 5_000

/** Asks one peer, as `network.reqresp.request()` does. */
export type AskPeer = <Request, Response>(
  protocol: Protocol<Request, Response>,
  request: Request,
  options: RequestOptions & { readonly peer: string },
) => AsyncIterable<Response>

/** The first questions to the first peers, which go out with our Status rather than a round trip later. */
export interface FirstFlight {
  /** Takes the answer to what was asked already, or asks. */
  readonly ask: AskPeer
  /** Cancels what nobody took. Idempotent. */
  end(): void
}

interface Held {
  readonly request: unknown
  readonly stream: ResponseStream<unknown>
  readonly own: LinkedSignal
  readonly askedAtMs: number
}

/**
 * Asks the first peers that we dial for what a start needs: the bootstrap of the checkpoint, where there is one, and their heads.
 * An answer is held, one chunk of it at most, until the fetcher asks this peer, which it does only once the peer's Status is accepted.
 * What a peer of another chain answers is never looked at.
 *
 * @param checkpoint - undefined where the start goes on from what was verified before
 */
export function startFirstFlight(network: Network, checkpoint: Hex | undefined, signal: AbortSignal): FirstFlight {
  const held = new Map<string, Held>()
  const asked = new Set<string>()
  let over = false

  function send<Request, Response>(peer: string, protocol: Protocol<Request, Response>, request: Request): void {
    const own = linkSignals(signal)
    const stream = network.reqresp.request(protocol, request, { peer, priority: 'high', signal: own.signal })
    const key = keyOf(peer, protocol)
    held.set(key, { request, stream, own, askedAtMs: network.clock.now() })
    stream.completed
      // A peer may refuse everything before Status: it is asked again.
      .catch(() => held.delete(key))
      .finally(() => own.dispose())
  }

  function onConnected(peer: string): void {
    if (over || asked.has(peer) || asked.size >= MAX_PEERS) return
    asked.add(peer)
    if (checkpoint !== undefined) send(peer, protocols.lightClientBootstrap, fromHex(checkpoint, 32))
    send(peer, protocols.lightClientOptimisticUpdate, undefined)
    send(peer, protocols.lightClientFinalityUpdate, undefined)
  }

  /** Takes what was asked of this peer, where it is the same question. */
  function take(peer: string, protocol: { readonly name: string }, request: unknown): Held | undefined {
    const key = keyOf(peer, protocol)
    const found = held.get(key)
    if (found === undefined || !isSame(found.request, request)) return undefined
    held.delete(key)
    if (network.clock.now() - found.askedAtMs <= FRESH_MS) return found
    cancel(found)
    return undefined
  }

  const ask: AskPeer = (protocol, request, options) => {
    const again = () => network.reqresp.request(protocol, request, options)
    const found = take(options.peer, protocol, request)
    return found === undefined ? again() : (answerOf(found, again, options.signal) as AsyncIterable<never>)
  }

  const unwatch = network.watchConnections(onConnected)
  return {
    ask,
    end() {
      over = true
      unwatch()
      for (const each of held.values()) cancel(each)
      held.clear()
    },
  }
}

async function* answerOf(
  { stream, own }: Held,
  again: () => AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown> {
  const forget = onAbort(signal, () => own.abort(signal?.reason))
  let came = false
  try {
    for await (const response of stream) {
      came = true
      yield response
    }
    return
  } catch (error) {
    if (came || signal?.aborted || !isTooEarly(error)) throw error
  } finally {
    forget()
  }
  yield* again()
}

/** What an answer before Status may end in, other than a refusal in so many words. */
function isTooEarly(error: unknown): boolean {
  return isLamparaError(error, 'peer_disconnected') || isLamparaError(error, 'protocol_unsupported')
}

function cancel({ own }: Held): void {
  own.abort(new LamparaError('aborted', 'Nobody took the answer'))
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b))
}

function keyOf(peer: string, { name }: { readonly name: string }): string {
  return `${name} of ${peer}`
}
