import { platform } from '#platform'
import type { Chain } from '../chain/index.ts'
import type { KeyValueStorage } from '../platform/storage.ts'

/** Options of `openStorage()`. */
export interface OpenStorageOptions {
  /** Node only: the folder that holds it. @default `.lampara` in the home folder */
  readonly directory?: string
  /**
   * Keeps several clients of one chain apart: letters, digits, `-` and `_`, 24 at most. In Node each that runs at the same
   * time needs its own, since the identity is stored too; in a browser all pages of an origin may share one.
   *
   * @default 'light-client'
   */
  readonly name?: string
}

/**
 * Opens storage for `createLightClient()` and `createNetwork()`: IndexedDB in a browser, files in Node. Each chain has its own,
 * told apart by its genesis. Whoever opens it closes it, after the network has stopped.
 *
 * @throws LamparaError `invalid_argument` for a bad name; `storage_unavailable`, as in some browsers' private windows
 */
export function openStorage(chain: Chain, options: OpenStorageOptions = {}): Promise<KeyValueStorage> {
  const { name = 'light-client', ...place } = options
  const chainName = chain.name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 16)
  // Two devnets of one configuration differ in nothing but when they began.
  const genesis = `${chain.genesisValidatorsRoot.slice(2, 10)}-${chain.genesisTimeMs.toString(36)}`
  return platform.openStorage(`${name}-${chainName}-${genesis}`, place)
}
