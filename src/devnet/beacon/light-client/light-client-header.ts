import type { Chain } from '../../../chain/index.ts'
import { lightClientTypes } from '../../../ssz/index.ts'
import {
  type LightClientFork,
  type LightClientHeader,
  lightClientForks,
} from '../../../ssz/light-client/light-client-values.ts'

/** A light-client header in the container of its own fork. */
export interface ForkedHeader {
  readonly fork: LightClientFork
  readonly header: LightClientHeader
}

/** The header that says "none" in a container (`LightClientHeader()`). */
export function emptyHeader(chain: Chain, fork: LightClientFork): LightClientHeader {
  return lightClientTypes(chain.preset)[fork].header.defaultValue()
}

/**
 * Puts a header into the container of its fork or a later one, as block_to_light_client_header does for blocks of earlier
 * forks (capella, deneb and electra/light-client/full-node.md): before Capella the execution part stays empty, before Deneb
 * the blob-gas pair is zero.
 */
export function headerInContainer(
  chain: Chain,
  { fork, header }: ForkedHeader,
  target: LightClientFork,
): LightClientHeader {
  const hasExecution = lightClientForks.indexOf(target) >= lightClientForks.indexOf('capella')
  const hasBlobGas = lightClientForks.indexOf(target) >= lightClientForks.indexOf('deneb')
  if (!hasExecution) return { beacon: header.beacon }
  if (fork === 'altair') return { ...emptyHeader(chain, target), beacon: header.beacon }
  const execution = header.execution!
  return {
    beacon: header.beacon,
    execution: hasBlobGas
      ? { ...execution, blobGasUsed: execution.blobGasUsed ?? 0n, excessBlobGas: execution.excessBlobGas ?? 0n }
      : execution,
    executionBranch: header.executionBranch!,
  }
}
