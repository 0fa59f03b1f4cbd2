import { equalBytes, type ForkDigest, fromHex } from '../../chain/index.ts'
import type { Enr } from './enr.ts'
import { forkIdOf } from './enr-fields.ts'

/**
 * Whether a record expects the same change of fork digest as we do: epoch and version in `eth2`, and the digest that comes
 * next in `nfd` where it has one (fulu/p2p-interface.md, "Next fork digest").
 *
 * @param from - in force before the change: a record with another digest says nothing of this change
 * @param to - in force after it
 * @returns undefined when the record does not say
 */
export function expectsChange(enr: Enr, from: ForkDigest, to: ForkDigest): boolean | undefined {
  const forkId = forkIdOf(enr)
  if (forkId?.forkDigest !== from.digest) return undefined
  const digest = enr.pairs.get('nfd')
  return (
    forkId.nextForkEpoch === to.startEpoch &&
    forkId.nextForkVersion === to.fork.version &&
    (digest === undefined || equalBytes(digest, fromHex(to.digest, 4)))
  )
}
