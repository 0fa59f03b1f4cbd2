import { LamparaError } from '../../errors/index.ts'
import type { BeaconChainOptions } from './options.ts'
import type { Seed } from './state/seed.ts'

/** What the options say of single slots and epochs, as functions. */
export interface SlotRules {
  participation(slot: number): number
  isMissed(slot: number): boolean
  justifies(epoch: number): boolean
  proposerOf(slot: number): number
}

/** @throws LamparaError `invalid_argument` for shares that are not valid */
export function createSlotRules(seed: Seed, options: BeaconChainOptions, validators: number): SlotRules {
  const { participation = 0.95, missedSlots = 0, justifies = () => true } = options
  if (typeof participation === 'number') assertShare('participation', participation)
  if (typeof missedSlots === 'number') assertShare('missedSlots', missedSlots)
  return {
    participation: typeof participation === 'number' ? () => participation : participation,
    isMissed: missedRule(seed, missedSlots),
    justifies,
    proposerOf: (slot) => Math.floor(seed.stream('proposer', slot)() * validators),
  }
}

function missedRule(seed: Seed, missed: NonNullable<BeaconChainOptions['missedSlots']>): (slot: number) => boolean {
  if (typeof missed === 'function') return missed
  if (typeof missed === 'number') return missed === 0 ? () => false : (slot) => seed.stream('missed', slot)() < missed
  const listed = new Set(missed)
  return (slot) => listed.has(slot)
}

function assertShare(name: string, value: number): void {
  if (value >= 0 && value <= 1) return
  throw new LamparaError('invalid_argument', `Cannot make a chain: ${name} ${value} is not within 0 and 1`)
}
