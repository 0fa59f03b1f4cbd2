import type { Chain } from '../chain.ts'
import { defaultMaxCheckpointAgeMs, mainnetPreset } from '../presets.ts'

/** The Hoodi test network: for staking and infrastructure. */
export const hoodi: Chain = {
  name: 'hoodi',
  preset: mainnetPreset,
  genesisTimeMs: 1_742_213_400_000,
  genesisValidatorsRoot: '0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f',
  slotDurationMs: 12_000,
  syncMessageDueBps: { altair: 3333, gloas: 2500 },
  forks: [
    { name: 'phase0', version: '0x10000910', epoch: 0 },
    { name: 'altair', version: '0x20000910', epoch: 0 },
    { name: 'bellatrix', version: '0x30000910', epoch: 0 },
    { name: 'capella', version: '0x40000910', epoch: 0 },
    { name: 'deneb', version: '0x50000910', epoch: 0 },
    { name: 'electra', version: '0x60000910', epoch: 2048 },
    { name: 'fulu', version: '0x70000910', epoch: 50_688 },
  ],
  blobSchedule: [
    { epoch: 52_480, maxBlobsPerBlock: 15 },
    { epoch: 54_016, maxBlobsPerBlock: 21 },
  ],
  maxBlobsPerBlockElectra: 9,
  maxCheckpointAgeMs: defaultMaxCheckpointAgeMs,
}
