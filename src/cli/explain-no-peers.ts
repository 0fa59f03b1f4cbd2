import { networkInterfaces } from 'node:os'
import { messageOf } from '../errors/index.ts'
import type { Network } from '../network/types.ts'
import { type CancelTimer, type Clock, systemClock } from '../streams/clock.ts'

/** When to explain, in seconds since the last peer: soon, and then at intervals. */
const AFTER_S = [5, 15, 30] as const
const EVERY_S = 60

/** Options of `explainNoPeers()`. */
export interface ExplainOptions {
  /** Takes one line. */
  tell(line: string): void
  /** @default the machine's */
  readonly clock?: Clock
  /** True where the machine has an address beside its loopback. @default looked up */
  hasNetwork?(): boolean
}

/**
 * Says why no peer is connected, five seconds after the start or after the last peer is gone, and then at intervals.
 *
 * @returns how to stop
 */
export function explainNoPeers(network: Pick<Network, 'watchStatus' | 'events'>, options: ExplainOptions): () => void {
  const { tell, clock = systemClock, hasNetwork = machineHasNetwork } = options
  const stopping = new AbortController()
  let found = 0
  let failed = 0
  let lastFailure = ''
  let waiting: { readonly sinceMs: number; readonly cancel: CancelTimer } | undefined

  function explain(): string {
    if (!hasNetwork()) return 'this machine has no network address but its loopback'
    if (failed > 0) return `${failed} dials failed, the last one: ${lastFailure}`
    if (found > 0) return `${found} peers were found, and none has answered yet`
    return 'nobody was found to dial. Peers are found over UDP (discv5): see that a firewall lets it out and back in'
  }

  function arm(sinceMs: number, round: number): void {
    const dueS = AFTER_S[round] ?? AFTER_S[AFTER_S.length - 1]! + EVERY_S * (round - AFTER_S.length + 1)
    const cancel = clock.setTimer(
      () => {
        tell(`No peer for ${dueS} s: ${explain()}`)
        arm(sinceMs, round + 1)
      },
      sinceMs + dueS * 1000 - clock.now(),
    )
    waiting = { sinceMs, cancel }
  }

  void (async () => {
    const { signal } = stopping
    for await (const event of network.events(['peer:discovered', 'dial:failed'], { signal })) {
      if (event.type === 'peer:discovered') found++
      else {
        failed++
        lastFailure = messageOf(event.error)
      }
    }
  })().catch(() => {})
  const unwatch = network.watchStatus(({ state, peers }) => {
    if (peers > 0 || state === 'stopped') {
      waiting?.cancel()
      waiting = undefined
    } else if (waiting === undefined) arm(clock.now(), 0)
  })
  return () => {
    stopping.abort()
    unwatch()
    waiting?.cancel()
  }
}

function machineHasNetwork(): boolean {
  return Object.values(networkInterfaces()).some((addresses = []) => addresses.some(({ internal }) => !internal))
}
