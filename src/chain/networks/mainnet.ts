import type { Chain } from '../chain.ts'
import { defaultMaxCheckpointAgeMs, mainnetPreset } from '../presets.ts'

/** Ethereum mainnet. */
export const mainnet: Chain = {
  name: 'mainnet',
  preset: mainnetPreset,
  genesisTimeMs: 1_606_824_023_000,
  genesisValidatorsRoot: '0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95',
  slotDurationMs: 12_000,
  syncMessageDueBps: { altair: 3333, gloas: 2500 },
  forks: [
    { name: 'phase0', version: '0x00000000', epoch: 0 },
    { name: 'altair', version: '0x01000000', epoch: 74_240 },
    { name: 'bellatrix', version: '0x02000000', epoch: 144_896 },
    { name: 'capella', version: '0x03000000', epoch: 194_048 },
    { name: 'deneb', version: '0x04000000', epoch: 269_568 },
    { name: 'electra', version: '0x05000000', epoch: 364_032 },
    { name: 'fulu', version: '0x06000000', epoch: 411_392 },
  ],
  blobSchedule: [
    { epoch: 412_672, maxBlobsPerBlock: 15 },
    { epoch: 419_072, maxBlobsPerBlock: 21 },
  ],
  maxBlobsPerBlockElectra: 9,
  maxCheckpointAgeMs: defaultMaxCheckpointAgeMs,
}
