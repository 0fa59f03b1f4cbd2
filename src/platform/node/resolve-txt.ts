import { Resolver } from 'node:dns/promises'
import { onAbort } from '../../streams/abort.ts'

const TIMEOUT_MS = 2_000
const TRIES = 2

/** Options of `createResolveTxt()`. */
export interface ResolverOptions {
  /** Addresses of DNS servers, with a port where it is not 53. @default the system's */
  readonly servers?: readonly string[]
}

/** A resolver of TXT records, whose parts are joined: it gives up after two tries of two seconds. */
export function createResolveTxt({ servers }: ResolverOptions = {}) {
  return async (name: string, { signal }: { readonly signal: AbortSignal }): Promise<readonly string[]> => {
    signal.throwIfAborted()
    // One for each question: only all of a resolver's can be cancelled.
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
    if (servers !== undefined) resolver.setServers([...servers])
    const forget = onAbort(signal, () => resolver.cancel())
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''))
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      forget()
    }
  }
}
