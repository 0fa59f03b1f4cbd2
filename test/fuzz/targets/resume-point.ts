import { digest as sha256 } from '@chainsafe/as-sha256'
import { decodeResumePoint, encodeResumePoint } from '../../../src/light-client/resume/resume-point.ts'
import { type LightClientFork, lightClientTypes, SyncCommittee } from '../../../src/ssz/index.ts'
import { minimal } from '../../kit/fuzz/chains.ts'
import { insistSame, type Target } from '../engine/target.ts'

const CHECKSUM_AT = 2
const CHECKSUM_BYTES = 32
/** In the first epoch of Altair, where a header proves no execution payload. */
const SLOT = 8

/** What a light client goes on from after a restart. The checksum is put right before it is read: what it covers is under attack. */
export function resumePoint(): Target {
  return {
    seeds: (['altair', 'capella', 'deneb'] as const).map(seed),
    codes: ['storage_invalid'],
    run(input) {
      const point = decodeResumePoint(minimal, sealed(input))
      const bytes = encodeResumePoint(minimal, point)
      insistSame(
        encodeResumePoint(minimal, decodeResumePoint(minimal, bytes)),
        bytes,
        'does not survive the round trip',
      )
      return `${point.finalized.header.execution === undefined} ${point.finalized.participation === 1}`
    },
  }
}

function seed(fork: LightClientFork): Uint8Array {
  const header = lightClientTypes(minimal.preset)[fork].header.defaultValue()
  header.beacon.slot = SLOT
  const currentSyncCommittee = SyncCommittee(minimal.preset).defaultValue()
  return encodeResumePoint(minimal, { finalized: { header, participation: 0.75 }, currentSyncCommittee })
}

function sealed(input: Uint8Array): Uint8Array {
  if (input.length < CHECKSUM_AT + CHECKSUM_BYTES) return input
  const made = new Uint8Array(input)
  made.fill(0, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES)
  made.set(sha256(made), CHECKSUM_AT)
  return made
}
