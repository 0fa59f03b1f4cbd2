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
