/** The Web Locks that are used here. */
export interface Locks {
  request(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean },
    callback: () => Promise<unknown>,
  ): Promise<unknown>
}

/** What becomes of a candidate. */
export interface LeadershipHost {
  onElected(): void
  /** Another tab took the lead, since this one did not answer. */
  onLost(): void
  /** The browser allows no locks here. */
  onUnavailable(): void
}

/** One tab's part in the election. The lock is the office: the browser passes it on when its holder is gone, however it went. */
export interface Leadership {
  /** Waits for the lead; with `steal` takes it from a leader that does not answer. What was begun before ends. */
  campaign(options?: { readonly steal?: boolean }): void
  /** Gives up the lead, or the wait for it. */
  resign(): void
}

/** Creates a candidate that does not campaign yet. */
export function createLeadership(locks: Locks, name: string, host: LeadershipHost): Leadership {
  let resign = (): void => {}

  return {
    campaign({ steal = false } = {}) {
      resign()
      const waiting = new AbortController()
      const holding = Promise.withResolvers<void>()
      let over = false
      let elected = false
      resign = () => {
        over = true
        waiting.abort()
        holding.resolve()
      }
      const hold = (): Promise<unknown> => {
        if (over) return Promise.resolve()
        elected = true
        host.onElected()
        return holding.promise
      }
      // The two options exclude each other.
      const options = steal ? { steal } : { signal: waiting.signal }
      Promise.resolve()
        .then(() => locks.request(name, options, hold))
        .catch(() => {
          if (over) return
          over = true
          if (elected) host.onLost()
          else host.onUnavailable()
        })
    },
    resign: () => resign(),
  }
}
