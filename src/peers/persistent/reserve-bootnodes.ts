import { linkSignals } from '../../streams/abort.ts'

/** Who is connected in place of whom, among more bootnodes than are held at once. */
export interface ReserveBootnodes {
  /** True for a bootnode that is connected only while one of the others is missing. */
  isReserve(id: string): boolean
  /** Takes note that one of those to hold is connected, or is not. */
  note(id: string, connected: boolean): void
  /** Resolves when the reserve may connect; it counts as connecting from then on. @throws the signal's reason */
  needed(id: string, signal: AbortSignal): Promise<void>
  /** Resolves when the reserve is connected for nothing: those to hold are back. @throws the signal's reason */
  surplus(id: string, signal: AbortSignal): Promise<void>
  /** The reserve is not connected any more. */
  release(id: string): void
}

/**
 * Draws at random which bootnodes are held, so that the clients of a fleet spread over it; the others are reserves. Those that
 * were drawn are dialed for ever, and a client goes back to them: after a restart the fleet is in balance again.
 */
export function createReserveBootnodes(ids: readonly string[], hold: number, random: () => number): ReserveBootnodes {
  const drawn = ids.map((id) => ({ id, at: random() })).sort((a, b) => a.at - b.at)
  const reserves = new Set(drawn.slice(hold).map(({ id }) => id))
  const missing = new Set<string>()
  const active = new Set<string>()
  const waiting = new Set<() => void>()

  function changed(): void {
    for (const look of [...waiting]) look()
  }

  async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (holds()) return
    const over = linkSignals(signal)
    try {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (over.signal.aborted) reject(over.signal.reason)
          else if (holds()) resolve()
          else return
          waiting.delete(look)
        }
        over.signal.addEventListener('abort', look, { once: true })
        waiting.add(look)
        look()
      })
    } finally {
      over.dispose()
    }
  }

  return {
    isReserve: (id) => reserves.has(id),
    note(id, connected) {
      if (connected) missing.delete(id)
      else missing.add(id)
      changed()
    },
    needed: (id, signal) =>
      until(() => {
        if (active.size >= missing.size) return false
        active.add(id)
        return true
      }, signal),
    surplus: (id, signal) =>
      until(() => {
        if (active.size <= missing.size) return false
        // Only one of them goes for each that is back.
        active.delete(id)
        return true
      }, signal),
    release(id) {
      if (active.delete(id)) changed()
    },
  }
}
