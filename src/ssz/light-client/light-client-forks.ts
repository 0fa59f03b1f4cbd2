import { type Chain, type ForkName, forkAtSlot, forkNames } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { LightClientFork } from './light-client-values.ts'

/** Whose light-client containers each fork uses, where it has any that are supported. */
export const containersOf: Readonly<Partial<Record<ForkName, LightClientFork>>> = {
  altair: 'altair',
  bellatrix: 'altair',
  capella: 'capella',
  deneb: 'deneb',
  electra: 'electra',
  fulu: 'electra',
  gloas: 'gloas',
}

/**
 * Whose light-client containers a fork uses.
 *
 * @throws LamparaError `fork_unknown` for phase0, which has none
 */
export function lightClientForkOf(fork: ForkName): LightClientFork {
  const containers = containersOf[fork]
  if (containers === undefined) {
    throw new LamparaError('fork_unknown', `Cannot choose light-client containers: ${fork} has none that are supported`)
  }
  return containers
}

/** Whose light-client containers are in force at a slot. @throws LamparaError `fork_unknown` before Altair */
export function lightClientForkAtSlot(chain: Chain, slot: number): LightClientFork {
  return lightClientForkOf(forkAtSlot(chain, slot).name)
}

/** The containers that the `version` beside Beacon API `data` names; `undefined` when it names none that are supported. */
export function forkFromJsonVersion(version: unknown): LightClientFork | undefined {
  if (typeof version !== 'string') return undefined
  const fork = forkNames.find((name) => name === version.toLowerCase())
  return fork === undefined ? undefined : containersOf[fork]
}
