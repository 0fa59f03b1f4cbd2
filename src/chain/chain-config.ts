import { LamparaError } from '../errors/index.ts'
import { type Chain, forkNames } from './chain.ts'
import { farFutureEpoch } from './config-values.ts'
import type { GenesisValues } from './create-chain.ts'

/** A chain's configuration in the form of the Beacon API's `/eth/v1/config/spec`: numbers as decimal strings. */
export type ChainConfig = Readonly<Record<string, string | readonly Readonly<Record<string, string>>[]>>

/**
 * The configuration that a chain came of: what `createChain(config, genesis)` makes the same chain from.
 *
 * @returns the keys that concern a light client, and the preset's own constants; JSON as it stands
 */
export function chainToConfig(chain: Chain): ChainConfig {
  const config: Record<string, ChainConfig[string]> = {
    PRESET_BASE: chain.preset.name,
    CONFIG_NAME: chain.name,
    SLOT_DURATION_MS: String(chain.slotDurationMs),
    SLOTS_PER_EPOCH: String(chain.preset.slotsPerEpoch),
    EPOCHS_PER_SYNC_COMMITTEE_PERIOD: String(chain.preset.epochsPerSyncCommitteePeriod),
    SYNC_COMMITTEE_SIZE: String(chain.preset.syncCommitteeSize),
    MIN_SYNC_COMMITTEE_PARTICIPANTS: String(chain.preset.minSyncCommitteeParticipants),
    UPDATE_TIMEOUT: String(chain.preset.updateTimeout),
    SYNC_MESSAGE_DUE_BPS: String(chain.syncMessageDueBps.altair),
    SYNC_MESSAGE_DUE_BPS_GLOAS: String(chain.syncMessageDueBps.gloas),
    MAX_BLOBS_PER_BLOCK_ELECTRA: String(chain.maxBlobsPerBlockElectra),
    BLOB_SCHEDULE: chain.blobSchedule.map((entry) => ({
      EPOCH: String(entry.epoch),
      MAX_BLOBS_PER_BLOCK: String(entry.maxBlobsPerBlock),
    })),
  }
  // Whole seconds only: a reader that knows no other key must not be told a wrong length.
  if (chain.slotDurationMs % 1000 === 0) config.SECONDS_PER_SLOT = String(chain.slotDurationMs / 1000)
  for (const name of forkNames) {
    const fork = chain.forks.find((candidate) => candidate.name === name)
    if (name === 'phase0') {
      config.GENESIS_FORK_VERSION = fork!.version
      continue
    }
    config[`${name.toUpperCase()}_FORK_EPOCH`] = String(fork?.epoch ?? farFutureEpoch)
    if (fork !== undefined) config[`${name.toUpperCase()}_FORK_VERSION`] = fork.version
  }
  return config
}

/**
 * What `createChain` needs beside the configuration.
 *
 * @throws {@link LamparaError} `invalid_argument` for a genesis that is not on a whole second, which nothing can express
 */
export function chainToGenesis(chain: Chain): GenesisValues {
  if (chain.genesisTimeMs % 1000 !== 0) {
    throw new LamparaError('invalid_argument', `Cannot describe chain ${chain.name}: its genesis splits a second`)
  }
  return { genesisValidatorsRoot: chain.genesisValidatorsRoot, genesisTime: chain.genesisTimeMs / 1000 }
}
