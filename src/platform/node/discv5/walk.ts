import { createNotifier } from '../../../streams/notifier.ts'

/** As much of a discv5 node as walking needs. */
export interface Walker<Enr> {
  kadValues(): readonly Enr[]
  findRandomNode(): Promise<readonly Enr[]>
  /** Calls back with each record that a node reports. @returns how to stop */
  onDiscovered(listener: (enr: Enr) => void): () => void
}

/** Records that wait to be taken; more would only be reported again by the next lookup. */
const MAX_HEARD = 1_024

/**
 * Records in the order in which they are heard of: those of the routing table first, which are available without asking
 * anybody, then those of so many lookups of random targets. A lookup ends with its slowest node; what the others reported by
 * then does not wait for it. Some come several times.
 *
 * Throws what a lookup fails with, and the signal's reason.
 */
export async function* walk<Enr>(discv5: Walker<Enr>, lookups: number, signal: AbortSignal): AsyncGenerator<Enr> {
  const heard: Enr[] = []
  const notifier = createNotifier()
  const hear = (enr: Enr): void => {
    if (heard.length < MAX_HEARD) heard.push(enr)
    notifier.notify()
  }
  signal.throwIfAborted()
  const hearNoMore = discv5.onDiscovered(hear)
  try {
    for (const enr of discv5.kadValues()) hear(enr)
    for (let begun = 0; begun < lookups; begun++) {
      let over = false
      const lookup = discv5.findRandomNode().then((found) => {
        for (const enr of found) hear(enr)
      })
      lookup
        .catch(() => {})
        .finally(() => {
          over = true
          notifier.notify()
        })
      while (!over || heard.length > 0) {
        const next = heard.shift()
        if (next === undefined) await notifier.wait(signal)
        else yield next
        signal.throwIfAborted()
      }
      await lookup
    }
  } finally {
    hearNoMore()
  }
}
