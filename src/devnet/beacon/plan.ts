import { mainnetPreset, minimalPreset, type Preset } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { BeaconChainOptions } from './options.ts'
import type { ChainOptions } from './schedule.ts'

/** The options with their defaults, within bounds. */
export interface ChainPlan extends Omit<ChainOptions, 'genesisValidatorsRoot' | 'preset'> {
  readonly preset: Preset
  readonly validators: number
  readonly maxPeriods: number
  readonly maxBootstraps: number
}

/** Slot time, in milliseconds, where none is chosen. */
const DEFAULT_SLOT_MS = { minimal: 2000, mainnet: 12_000 }

/** @throws LamparaError `invalid_argument` naming the option that is out of bounds */
export function planChain(options: BeaconChainOptions): ChainPlan {
  const name = options.preset ?? 'minimal'
  const preset = [minimalPreset, mainnetPreset].find((candidate) => candidate.name === name)
  if (preset === undefined)
    throw new LamparaError('invalid_argument', `Cannot make a chain: there is no preset ${name}`)
  return {
    preset,
    slotDurationMs: within('slotDurationMs', options.slotDurationMs ?? DEFAULT_SLOT_MS[name], 50, 60_000),
    forks: options.forks ?? { fulu: 0 },
    blobSchedule: options.blobSchedule ?? [],
    genesisTime: within('genesisTime', options.genesisTime, 0, 253_402_300_799),
    validators: within('validators', options.validators ?? preset.syncCommitteeSize, 1, 16_384),
    maxPeriods: within('maxPeriods', options.maxPeriods ?? 128, 1, 4096),
    maxBootstraps: within('maxBootstraps', options.maxBootstraps ?? 256, 1, 16_384),
  }
}

/** @throws LamparaError `invalid_argument` */
export function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new LamparaError(
    'invalid_argument',
    `Cannot start a devnet: ${name} ${value} is not a whole number from ${least} to ${most}`,
  )
}
