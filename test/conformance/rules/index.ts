import type { SpecDocument } from '../types.ts'
import { altair } from './altair.ts'
import { fulu } from './fulu.ts'
import { bellatrix, capella, deneb, electra } from './later-forks.ts'
import { lightClientP2p, lightClientP2pLater } from './light-client-p2p.ts'
import { lightClientFullNode, lightClientProcess, lightClientSync, lightClientSyncLater } from './light-client-sync.ts'
import { phase0 } from './phase0.ts'

/** Every document of the specification that says something of the wire, in the order of the forks. */
export const documents: readonly SpecDocument[] = [
  phase0,
  altair,
  lightClientP2p,
  lightClientSync,
  lightClientProcess,
  bellatrix,
  capella,
  deneb,
  electra,
  ...lightClientP2pLater,
  ...lightClientSyncLater,
  fulu,
  ...lightClientFullNode,
]
