import type { LightClient } from '../types.ts'
import { serveLightClientData } from './serve.ts'
import { createVerifiedData } from './verified-data.ts'

/**
 * Answers the four light-client request methods with what a light client has verified from now on: bounded to 128 periods and
 * 64 bootstraps. Begin when the client is made, so that the bootstrap is among it.
 *
 * @returns how to stop serving; idempotent
 * @throws LamparaError `invalid_argument` when its network serves one of the methods already
 */
export function serveVerified({ chain, network, watchVerified }: LightClient): () => void {
  const data = createVerifiedData(chain)
  const stopServing = serveLightClientData(network.reqresp, data)
  const unwatch = watchVerified(data.add)
  return () => {
    unwatch()
    stopServing()
  }
}
