import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { setSha256 } from './sha256.ts'

/**
 * Hashes with as-sha256, whose WebAssembly is compiled here and not before.
 *
 * @throws whatever the runtime throws where WebAssembly is forbidden or its chunk cannot be loaded; plain JavaScript stays
 *   in use then
 */
export async function useWebAssemblySha256(): Promise<void> {
  const { digest } = await import('@chainsafe/as-sha256')
  setSha256(digest)
}

/** Gives SSZ the hasher of as-sha256. Throws as {@link useWebAssemblySha256}. */
export async function useWebAssemblyHasher(): Promise<void> {
  const { hasher } = await import('@chainsafe/persistent-merkle-tree/hasher/as-sha256')
  setHasher(hasher)
}
