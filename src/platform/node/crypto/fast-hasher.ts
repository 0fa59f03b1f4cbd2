import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { useWebAssemblyHasher, useWebAssemblySha256 } from '../../../hash/web-assembly-hasher.ts'

let chosen: Promise<unknown> | undefined

/** hashtree where its native add-on can be loaded, else as-sha256, else (where WebAssembly is forbidden) plain JavaScript. */
export async function useFastHasher(): Promise<void> {
  chosen ??= Promise.allSettled([useWebAssemblySha256(), useHashtree().catch(useWebAssemblyHasher)])
  await chosen
}

// Bundlers are told to leave the native add-on alone: they cannot read `.node` files.
async function useHashtree(): Promise<void> {
  const { hasher } = await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/persistent-merkle-tree/hasher/hashtree'
  )
  setHasher(hasher)
}
