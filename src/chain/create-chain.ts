import { LamparaError } from '../errors/index.ts'
import { type BlobParameters, type Chain, type Fork, forkNames } from './chain.ts'
import {
  type ConfigValues,
  incomplete,
  invalid,
  isGiven,
  readInteger,
  toBytes,
  toEpoch,
  toInteger,
  toVersion,
} from './config-values.ts'
import type { Hex } from './hex.ts'
import { defaultMaxCheckpointAgeMs, mainnetPreset, minimalPreset, type Preset } from './presets.ts'

/** What no configuration file holds: it comes of the genesis state. */
export interface GenesisValues {
  /** 32 bytes. */
  readonly genesisValidatorsRoot: Hex
  /** Unix time in seconds of slot 0; a decimal string, as the Beacon API gives it, does too. */
  readonly genesisTime: number | string
}

/** What a chain may be given beyond its configuration. */
export interface ChainOptions {
  /** How old a checkpoint may be when a light client starts from it, in milliseconds; 14 days by default. */
  readonly maxCheckpointAgeMs?: number
}

/** A day: longer slots are a mistake, and would overflow times. */
const MAX_SLOT_DURATION_MS = 24 * 60 * 60 * 1000

/** The year 9999, in seconds: later times are milliseconds by mistake. */
const MAX_GENESIS_TIME = 253_402_300_799

/**
 * Makes a chain from a standard configuration (`config.yaml`, or the Beacon API's `/eth/v1/config/spec`).
 *
 * @param config - the values as any YAML or JSON parser gives them: numbers, bigints, decimal or `0x` strings. Keys that
 *   are not known are ignored; a fork that is left out, or at epoch 2^64-1, is not scheduled
 * @param genesis - the genesis validators root and time, without which fork digests and slots cannot be computed
 * @throws {@link LamparaError} `config_incomplete` naming the key that is missing; `config_invalid` naming one that
 *   cannot be (a number that is negative or not exact, bytes of another length, forks out of order, an unknown preset)
 */
export function createChain(config: ConfigValues, genesis?: GenesisValues, options: ChainOptions = {}): Chain {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new LamparaError('config_invalid', 'Cannot create chain: the configuration is not a list of keys and values')
  }
  const preset = readPreset(config)
  const forks = readForks(config)
  if (genesis?.genesisValidatorsRoot === undefined) throw incomplete('genesisValidatorsRoot')
  if (genesis.genesisTime === undefined) throw incomplete('genesisTime')
  return {
    name: readName(config),
    preset,
    genesisTimeMs: toInteger('genesisTime', genesis.genesisTime, 0, MAX_GENESIS_TIME) * 1000,
    genesisValidatorsRoot: toBytes('genesisValidatorsRoot', genesis.genesisValidatorsRoot, 32),
    slotDurationMs: readSlotDuration(config),
    syncMessageDueBps: {
      altair: readBasisPoints(config, 'SYNC_MESSAGE_DUE_BPS', 3333),
      gloas: readBasisPoints(config, 'SYNC_MESSAGE_DUE_BPS_GLOAS', 2500),
    },
    forks,
    blobSchedule: readBlobSchedule(config),
    maxBlobsPerBlockElectra: readMaxBlobsElectra(config, forks),
    maxCheckpointAgeMs: options.maxCheckpointAgeMs ?? defaultMaxCheckpointAgeMs,
  }
}

function readPreset(config: ConfigValues): Preset {
  const name = config.PRESET_BASE
  if (!isGiven(config, 'PRESET_BASE')) throw incomplete('PRESET_BASE')
  const preset = [mainnetPreset, minimalPreset].find((candidate) => candidate.name === name)
  if (preset === undefined) throw invalid('PRESET_BASE', 'is neither mainnet nor minimal')
  // The Beacon API lists the preset's constants too. A chain that changed one is another preset under an old name.
  const constants = {
    SLOTS_PER_EPOCH: preset.slotsPerEpoch,
    EPOCHS_PER_SYNC_COMMITTEE_PERIOD: preset.epochsPerSyncCommitteePeriod,
    SYNC_COMMITTEE_SIZE: preset.syncCommitteeSize,
  }
  for (const [key, expected] of Object.entries(constants)) {
    if (isGiven(config, key) && readInteger(config, key) !== expected) {
      throw invalid(key, `is not ${expected} as in the ${preset.name} preset`)
    }
  }
  return preset
}

function readName(config: ConfigValues): string {
  const name = config.CONFIG_NAME ?? 'custom'
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) {
    throw invalid('CONFIG_NAME', 'is not a name of up to 64 letters, digits, dots, underscores and hyphens')
  }
  return name
}

function readSlotDuration(config: ConfigValues): number {
  const seconds = isGiven(config, 'SECONDS_PER_SLOT')
    ? readInteger(config, 'SECONDS_PER_SLOT', 1, MAX_SLOT_DURATION_MS / 1000)
    : undefined
  if (!isGiven(config, 'SLOT_DURATION_MS')) {
    if (seconds === undefined) throw incomplete('SLOT_DURATION_MS')
    return seconds * 1000
  }
  const durationMs = readInteger(config, 'SLOT_DURATION_MS', 1, MAX_SLOT_DURATION_MS)
  if (seconds !== undefined && seconds !== Math.floor(durationMs / 1000)) {
    throw invalid('SLOT_DURATION_MS', 'contradicts SECONDS_PER_SLOT')
  }
  return durationMs
}

function readBasisPoints(config: ConfigValues, key: string, fallback: number): number {
  return isGiven(config, key) ? readInteger(config, key, 0, 10_000) : fallback
}

function readForks(config: ConfigValues): Fork[] {
  if (!isGiven(config, 'GENESIS_FORK_VERSION')) throw incomplete('GENESIS_FORK_VERSION')
  const version = toVersion('GENESIS_FORK_VERSION', config.GENESIS_FORK_VERSION)
  const forks: Fork[] = [{ name: 'phase0', version, epoch: 0 }]
  let missing: string | undefined
  for (const name of forkNames.slice(1)) {
    const epochKey = `${name.toUpperCase()}_FORK_EPOCH`
    const versionKey = `${name.toUpperCase()}_FORK_VERSION`
    const epoch = isGiven(config, epochKey) ? toEpoch(epochKey, config[epochKey]) : Number.POSITIVE_INFINITY
    if (epoch === Number.POSITIVE_INFINITY) {
      missing ??= epochKey
      continue
    }
    if (missing !== undefined) {
      if (!isGiven(config, missing)) throw incomplete(missing)
      throw invalid(epochKey, `comes before ${missing}`)
    }
    if (epoch < forks.at(-1)!.epoch) throw invalid(epochKey, `comes before the ${forks.at(-1)!.name} fork`)
    if (!isGiven(config, versionKey)) throw incomplete(versionKey)
    const version = toVersion(versionKey, config[versionKey])
    const same = forks.find((fork) => fork.version === version)
    if (same !== undefined) throw invalid(versionKey, `repeats the version of ${same.name}: both would have one digest`)
    forks.push({ name, version, epoch })
  }
  return forks
}

function readBlobSchedule(config: ConfigValues): BlobParameters[] {
  const key = 'BLOB_SCHEDULE'
  if (!isGiven(config, key)) return []
  const list = config[key]
  if (!Array.isArray(list)) throw invalid(key, 'is not a list')
  const schedule: BlobParameters[] = list.map((entry: unknown, i) => {
    if (typeof entry !== 'object' || entry === null) throw invalid(`${key}[${i}]`, 'is not a list of keys and values')
    const values = entry as ConfigValues
    for (const part of ['EPOCH', 'MAX_BLOBS_PER_BLOCK']) {
      if (!isGiven(values, part)) throw incomplete(`${key}[${i}].${part}`)
    }
    return {
      epoch: toEpoch(`${key}[${i}].EPOCH`, values.EPOCH),
      maxBlobsPerBlock: toInteger(`${key}[${i}].MAX_BLOBS_PER_BLOCK`, values.MAX_BLOBS_PER_BLOCK),
    }
  })
  const scheduled = schedule.filter((entry) => Number.isFinite(entry.epoch)).sort((a, b) => a.epoch - b.epoch)
  const repeated = scheduled.find((entry, i) => i > 0 && entry.epoch === scheduled[i - 1]!.epoch)
  if (repeated !== undefined) throw invalid(key, `has two entries for epoch ${repeated.epoch}`)
  return scheduled
}

function readMaxBlobsElectra(config: ConfigValues, forks: readonly Fork[]): number {
  const key = 'MAX_BLOBS_PER_BLOCK_ELECTRA'
  // Only digests from Fulu on depend on it: configurations from before Electra lack it rightly.
  if (!isGiven(config, key) && !forks.some((fork) => fork.name === 'fulu')) return 9
  return readInteger(config, key)
}
