import { type Chain, createChain, type ForkName, forkNames, type Hex, type Preset } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'

/** Forks that the devnet can make, oldest first. */
export const devnetForkNames = [
  'altair',
  'bellatrix',
  'capella',
  'deneb',
  'electra',
  'fulu',
] as const satisfies readonly ForkName[]

/** A fork that the devnet can make. */
export type DevnetForkName = (typeof devnetForkNames)[number]

/**
 * First epochs of forks. One that is left out starts with the next one that is named; those after the last named never start.
 * Altair starts at 0.
 */
export type ForkSchedule = Partial<Record<DevnetForkName, number>>

/** What makes a chain value of a devnet. */
export interface ChainOptions {
  readonly preset: Preset
  readonly slotDurationMs: number
  readonly forks: ForkSchedule
  readonly blobSchedule: readonly { readonly epoch: number; readonly maxBlobsPerBlock: number }[]
  /** Unix seconds. */
  readonly genesisTime: number
  readonly genesisValidatorsRoot: Hex
}

/**
 * Fills the gaps of a schedule.
 *
 * @throws LamparaError `config_invalid` where the epochs do not ascend, Altair starts late, or nothing is named
 */
export function resolveSchedule(forks: ForkSchedule): Record<DevnetForkName, number> {
  for (const name of Object.keys(forks)) {
    if (!devnetForkNames.includes(name as DevnetForkName))
      throw new LamparaError(
        'config_invalid',
        `Cannot schedule fork ${name}: a devnet has ${devnetForkNames.join(', ')}`,
      )
  }
  const resolved = {} as Record<DevnetForkName, number>
  let next = Infinity
  for (const name of [...devnetForkNames].reverse()) {
    const epoch = forks[name] ?? next
    if (epoch !== Infinity && (!Number.isSafeInteger(epoch) || epoch < 0))
      throw new LamparaError('config_invalid', `Cannot schedule fork ${name}: ${epoch} is no epoch`)
    if (epoch > next)
      throw new LamparaError('config_invalid', `Cannot schedule fork ${name}: it comes after a later fork`)
    resolved[name] = epoch
    next = epoch
  }
  if (resolved.altair !== 0)
    throw new LamparaError('config_invalid', 'Cannot schedule fork altair: it must start at epoch 0')
  return resolved
}

/**
 * The chain value of a devnet, made of a standard configuration, so that others can be given the very same one.
 *
 * @throws LamparaError `config_invalid`
 */
export function createDevnetChain(options: ChainOptions): Chain {
  return createChain(devnetConfig(options), {
    genesisTime: options.genesisTime,
    genesisValidatorsRoot: options.genesisValidatorsRoot,
  })
}

/** The far-future epoch by which a configuration says "never". */
const FAR_FUTURE_EPOCH = '18446744073709551615'

function devnetConfig(options: ChainOptions): Record<string, unknown> {
  const epochs = resolveSchedule(options.forks)
  const config: Record<string, unknown> = {
    PRESET_BASE: options.preset.name,
    CONFIG_NAME: 'lampara-devnet',
    SLOT_DURATION_MS: String(options.slotDurationMs),
    SYNC_MESSAGE_DUE_BPS: '3333',
    SYNC_MESSAGE_DUE_BPS_GLOAS: '2500',
    GENESIS_FORK_VERSION: forkVersion('phase0'),
    MAX_BLOBS_PER_BLOCK_ELECTRA: '9',
    BLOB_SCHEDULE: options.blobSchedule.map(({ epoch, maxBlobsPerBlock }) => ({
      EPOCH: String(epoch),
      MAX_BLOBS_PER_BLOCK: String(maxBlobsPerBlock),
    })),
  }
  for (const name of devnetForkNames) {
    const epoch = epochs[name]
    config[`${name.toUpperCase()}_FORK_VERSION`] = forkVersion(name)
    config[`${name.toUpperCase()}_FORK_EPOCH`] = epoch === Infinity ? FAR_FUTURE_EPOCH : String(epoch)
  }
  return config
}

/** Versions that no public network uses: the fork's number, then "lmp". */
function forkVersion(name: ForkName): Hex {
  return `0x${forkNames.indexOf(name).toString(16).padStart(2, '0')}6c6d70`
}
