import type { Chain } from '../chain.ts'
import { defaultMaxCheckpointAgeMs, mainnetPreset } from '../presets.ts'

/** The Sepolia test network: for applications. */
export const sepolia: Chain = {
  name: 'sepolia',
  preset: mainnetPreset,
  genesisTimeMs: 1_655_733_600_000,
  genesisValidatorsRoot: '0xd8ea171f3c94aea21ebc42a1ed61052acf3f9209c00e4efbaaddac09ed9b8078',
  slotDurationMs: 12_000,
  syncMessageDueBps: { altair: 3333, gloas: 2500 },
  forks: [
    { name: 'phase0', version: '0x90000069', epoch: 0 },
    { name: 'altair', version: '0x90000070', epoch: 50 },
    { name: 'bellatrix', version: '0x90000071', epoch: 100 },
    { name: 'capella', version: '0x90000072', epoch: 56_832 },
    { name: 'deneb', version: '0x90000073', epoch: 132_608 },
    { name: 'electra', version: '0x90000074', epoch: 222_464 },
    { name: 'fulu', version: '0x90000075', epoch: 272_640 },
    { name: 'gloas', version: '0x90000076', epoch: 353_024 },
  ],
  blobSchedule: [
    { epoch: 274_176, maxBlobsPerBlock: 15 },
    { epoch: 275_712, maxBlobsPerBlock: 21 },
  ],
  maxBlobsPerBlockElectra: 9,
  maxCheckpointAgeMs: defaultMaxCheckpointAgeMs,
}
