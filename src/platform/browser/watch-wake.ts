import { listen } from '../../streams/listen.ts'

/** The events that matter here, of `document` and of the global object. */
interface WakeEvents {
  readonly visibilitychange: Event
  readonly resume: Event
  readonly pageshow: PageTransitionEvent
  readonly online: Event
  readonly offline: Event
}

/**
 * Calls back when the page becomes visible, is resumed after a freeze, comes back from the back/forward cache, or goes online or
 * offline: sockets may be dead without a word. A worker has the last two only. None of these listeners keeps a page out of the
 * back/forward cache.
 *
 * @returns how to stop
 */
export function watchWake(onWake: () => void): () => void {
  const { document } = globalThis
  const stops: (() => void)[] = []
  if (typeof globalThis.addEventListener === 'function') {
    stops.push(
      listen<Pick<WakeEvents, 'pageshow' | 'online' | 'offline'>>(globalThis as never, {
        pageshow: ({ persisted }) => persisted && onWake(),
        online: onWake,
        offline: onWake,
      }),
    )
  }
  if (document !== undefined) {
    stops.push(
      listen<Pick<WakeEvents, 'visibilitychange' | 'resume'>>(document as never, {
        visibilitychange: () => document.visibilityState === 'visible' && onWake(),
        resume: onWake,
      }),
    )
  }
  return () => {
    for (const stop of stops) stop()
  }
}
