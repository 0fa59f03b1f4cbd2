import { storageWithTimeout } from '../platform/storage-timeout.ts'
import type { NetworkOptions } from './types.ts'

/** The same options with a time limit on each operation of the storage: one of the user's own may never answer. */
export function withStorageTimeout(options: NetworkOptions): NetworkOptions {
  const { storage, clock } = options
  return storage === undefined ? options : { ...options, storage: storageWithTimeout(storage, clock) }
}
