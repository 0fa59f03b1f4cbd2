import { start, stop, type Transport } from '@libp2p/interface'
import { platform } from '#platform'

/** Transports in use in this process: what they share is released with the last one. */
const inUse = new Set<object>()

/** Something of libp2p's whose code comes when it is needed. */
export interface Deferred<T> {
  /** Once it is there. */
  readonly value: T | undefined
  /** Loads and starts it; what failed is tried again with the next call. */
  load(): Promise<T>
  /** Stops what was started, while libp2p stops. */
  stop(): Promise<void>
  /** Releases the rest, once connections and listeners are closed. */
  afterStop(): Promise<void>
}

/** Transports that start when they are first needed. */
export function deferred<T extends readonly Transport[]>(make: () => Promise<T>): Deferred<T> {
  let value: T | undefined
  let loading: Promise<T> | undefined

  async function begin(): Promise<T> {
    const made = await make()
    await start(...made)
    inUse.add(made)
    value = made
    return made
  }

  return {
    get value() {
      return value
    },
    load() {
      loading ??= begin().catch((error) => {
        loading = undefined
        throw error
      })
      return loading
    },
    async stop() {
      const started = await loading?.catch(() => undefined)
      if (started !== undefined) await stop(...started)
    },
    async afterStop() {
      if (value === undefined) return
      inUse.delete(value)
      value = undefined
      loading = undefined
      if (inUse.size === 0) platform.endWebRtc?.()
    },
  }
}
