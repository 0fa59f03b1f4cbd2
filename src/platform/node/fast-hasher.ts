import { setHasher } from '@chainsafe/persistent-merkle-tree'

let chosen: Promise<void> | undefined

/** hashtree where its native add-on can be loaded, else as-sha256. */
export function useFastHasher(): Promise<void> {
  chosen ??= import('@chainsafe/persistent-merkle-tree/hasher/hashtree')
    .catch(() => import('@chainsafe/persistent-merkle-tree/hasher/as-sha256'))
    .then(({ hasher }) => setHasher(hasher))
  return chosen
}
