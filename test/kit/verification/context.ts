import type { Chain } from '../../../src/chain/index.ts'
import { createCommitteeVerifier, type VerificationContext } from '../../../src/light-client/verification/index.ts'
import { platform } from '../../../src/platform/node/index.ts'

const [bls] = await Promise.all([platform.loadBls(), platform.useFastHasher()])

/** What verification needs, on this platform's quickest BLS. */
export function contextOf(chain: Chain): VerificationContext {
  return { chain, committees: createCommitteeVerifier(bls) }
}
