import { platform } from '#platform'
import type { Chain } from '../chain/index.ts'
import { isLamparaError, LamparaError } from '../errors/index.ts'
import { type KeyValueStorage, memoryStorage } from '../platform/storage.ts'
import { storageWithTimeout } from '../platform/storage-timeout.ts'

/** Options of `openStorage()`. */
export interface OpenStorageOptions {
  /** Node only: the folder that holds it. @default `.lampara` in the home folder */
  readonly directory?: string
  /**
   * Keeps several clients of one chain apart: letters, digits, `-` and `_`, 24 at most. Each that runs at the same time needs
   * its own.
   *
   * @default 'light-client'
   */
  readonly name?: string
  /**
   * Resolves with storage that ends with the process where there is no persistent one, or where it is in use: for an app that
   * starts anyway. Its `unavailable` says why.
   *
   * @default false
   */
  readonly optional?: boolean
}

/**
 * Opens storage for `createLightClient()` and `createNetwork()`: IndexedDB in a browser, files in Node. Each chain has its own,
 * told apart by its genesis. Anyone who opens it closes it, after the network has stopped. One client at a time has it open: a lock
 * file with its owner in Node, a Web Lock among the tabs and workers of an origin. Storage of a process that has ended, or of a
 * page that was closed, is free at once.
 *
 * @throws LamparaError `invalid_argument` for a bad name; `storage_in_use` where another process, tab or worker has it open;
 *   `storage_unavailable`, as in some browsers' private windows, or where it does not answer within five seconds. With
 *   `optional` only the first
 *
 * @example
 * const storage = await openStorage(mainnet, { optional: true })
 * if (storage.unavailable) console.warn(storage.unavailable.message)
 */
export async function openStorage(chain: Chain, options: OpenStorageOptions = {}): Promise<KeyValueStorage> {
  const { name = 'light-client', optional = false, ...place } = options
  const chainName = chain.name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 16)
  // Two devnets of one configuration differ in nothing but when they began.
  const genesis = `${chain.genesisValidatorsRoot.slice(2, 10)}-${chain.genesisTimeMs.toString(36)}`
  try {
    return storageWithTimeout(await platform.openStorage(`${name}-${chainName}-${genesis}`, place))
  } catch (error) {
    if (!optional || isLamparaError(error, 'invalid_argument')) throw error
    return memoryStorage(LamparaError.from(error, 'storage_unavailable', 'Cannot open storage'))
  }
}
