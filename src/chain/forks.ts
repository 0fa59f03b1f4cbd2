import { LamparaError } from '../errors/index.ts'
import type { Chain, Fork, ForkName } from './chain.ts'
import { epochOfSlot } from './slots.ts'

/**
 * The fork in force in an epoch. Where several begin in one epoch the newest counts; before genesis, that of epoch 0.
 *
 * @throws {@link LamparaError} `fork_unknown` when the chain has no forks at all
 */
export function forkAtEpoch(chain: Chain, epoch: number): Fork {
  const fork = chain.forks.findLast((candidate) => candidate.epoch <= Math.max(0, epoch))
  if (fork === undefined) throw new LamparaError('fork_unknown', `Cannot tell the fork at epoch ${epoch}: none began`)
  return fork
}

/** The fork in force in a slot. See {@link forkAtEpoch}. */
export function forkAtSlot(chain: Chain, slot: number): Fork {
  return forkAtEpoch(chain, epochOfSlot(chain, slot))
}

/** True from the epoch on in which the fork begins; never for one that is not scheduled. */
export function isForkActive(chain: Chain, name: ForkName, epoch: number): boolean {
  return chain.forks.some((fork) => fork.name === name && fork.epoch <= epoch)
}
