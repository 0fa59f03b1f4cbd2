/** The compile-time constants of the specification that a light client depends on, as a value. */
export interface Preset {
  readonly name: 'mainnet' | 'minimal'
  readonly slotsPerEpoch: number
  readonly epochsPerSyncCommitteePeriod: number
  readonly syncCommitteeSize: number
  readonly minSyncCommitteeParticipants: number
  /** UPDATE_TIMEOUT: slots without finality after which a forced update is allowed. */
  readonly updateTimeout: number
  readonly slotsPerHistoricalRoot: number
  readonly epochsPerHistoricalVector: number
  readonly epochsPerSlashingsVector: number
  readonly maxValidatorsPerCommittee: number
}

/** The constants of mainnet and of every public test network (consensus-specs `presets/mainnet`). */
export const mainnetPreset: Preset = {
  name: 'mainnet',
  slotsPerEpoch: 32,
  epochsPerSyncCommitteePeriod: 256,
  syncCommitteeSize: 512,
  minSyncCommitteeParticipants: 1,
  updateTimeout: 8192,
  slotsPerHistoricalRoot: 8192,
  epochsPerHistoricalVector: 65_536,
  epochsPerSlashingsVector: 8192,
  maxValidatorsPerCommittee: 2048,
}

/** The constants of small chains for tests (consensus-specs `presets/minimal`). */
export const minimalPreset: Preset = {
  name: 'minimal',
  slotsPerEpoch: 8,
  epochsPerSyncCommitteePeriod: 8,
  syncCommitteeSize: 32,
  minSyncCommitteeParticipants: 1,
  updateTimeout: 64,
  slotsPerHistoricalRoot: 64,
  epochsPerHistoricalVector: 64,
  epochsPerSlashingsVector: 64,
  maxValidatorsPerCommittee: 2048,
}

/** 14 days: stands in for the weak-subjectivity period, which a light client cannot compute. */
export const defaultMaxCheckpointAgeMs = 14 * 24 * 60 * 60 * 1000
