import { LamparaError } from './lampara-error.ts'
import { messageOf } from './message-of.ts'

/**
 * Imports a part of the package that loads on demand. Do not memoise the promise: the module system keeps what loaded, and
 * what failed once is tried again.
 *
 * @param part - what it is, for the message: "the BLS code"
 * @throws LamparaError `runtime_unsupported` in a service worker, which cannot load code after it is installed;
 *   `code_unavailable` elsewhere, most often because the page is offline or a new version replaced its files
 */
export async function loadCode<Module>(load: () => Promise<Module>, part: string): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    if (cause instanceof LamparaError) throw cause
    if (isServiceWorker()) {
      throw new LamparaError(
        'runtime_unsupported',
        `Cannot load ${part}: a service worker cannot load code after its installation. Bundle it into one file, without code splitting`,
        { cause },
      )
    }
    throw new LamparaError('code_unavailable', `Cannot load ${part}: ${messageOf(cause)}`, { cause })
  }
}

function isServiceWorker(): boolean {
  const scope = globalThis as { readonly ServiceWorkerGlobalScope?: abstract new () => object }
  return scope.ServiceWorkerGlobalScope !== undefined && globalThis instanceof scope.ServiceWorkerGlobalScope
}
