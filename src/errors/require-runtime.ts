import { LamparaError } from './lampara-error.ts'

/**
 * Checks that the runtime is new enough, before anything else fails in words of its own.
 *
 * @param action - what needs it, as a sentence's beginning: "Cannot create a network"
 * @throws LamparaError `runtime_unsupported` with what is needed
 */
export function requireRuntime(action: string): void {
  // The newest function that the package needs: Node 22, Chromium 119, Firefox 121, Safari 17.4.
  if (typeof Promise.withResolvers === 'function') return
  const node = (globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } }).process
    ?.versions?.node
  const running = node === undefined ? 'this browser is older' : `this is Node ${node}`
  throw new LamparaError(
    'runtime_unsupported',
    `${action}: it needs Node 22, Chrome 119, Firefox 121 or Safari 17.4, or newer, and ${running}`,
  )
}
