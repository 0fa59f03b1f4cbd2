import { listen } from '../../streams/listen.ts'
import type { Locks } from './leadership.ts'

/** The BroadcastChannel, as far as it is used. */
export interface Channel {
  postMessage(message: unknown): void
  close(): void
}

/** What tabs need of the browser. */
export interface TabEnvironment {
  /** Undefined where tabs cannot find each other. */
  readonly locks: Locks | undefined
  openChannel(name: string, onMessage: (data: unknown) => void): Channel
  /** Calls back when the page is about to be frozen or to leave, and when it is back. @returns how to stop */
  watchPage(page: { onAway(): void; onBack(): void }): () => void
}

/** The browser's own. Neither an open channel nor a lock is held while the page is away: both keep it out of the back/forward cache. */
export function browserEnvironment(): TabEnvironment {
  return {
    locks: typeof globalThis.BroadcastChannel === 'function' ? locksHere() : undefined,
    openChannel(name, onMessage) {
      const channel = new globalThis.BroadcastChannel(name)
      channel.onmessage = ({ data }: MessageEvent<unknown>) => onMessage(data)
      return channel
    },
    watchPage({ onAway, onBack }) {
      const stops: (() => void)[] = []
      if (typeof globalThis.addEventListener === 'function') {
        stops.push(
          listen<Record<'pagehide' | 'pageshow', PageTransitionEvent>>(globalThis as never, {
            pagehide: onAway,
            pageshow: ({ persisted }) => persisted && onBack(),
          }),
        )
      }
      if (globalThis.document !== undefined) {
        stops.push(
          listen<Record<'freeze' | 'resume', Event>>(globalThis.document as never, { freeze: onAway, resume: onBack }),
        )
      }
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

/** A page of an opaque origin may not even look at them. */
function locksHere(): Locks | undefined {
  try {
    return globalThis.navigator?.locks as Locks | undefined
  } catch {
    return undefined
  }
}
