import { type Chain, equalBytes, fromHex } from '../../chain/index.ts'
import { LamparaError, messageOf } from '../../errors/index.ts'
import { sha256 } from '../../hash/sha256.ts'
import { container } from '../../ssz/basic/container.ts'
import { bytes32, uint64 } from '../../ssz/basic/primitives.ts'
import {
  type LightClientFork,
  type LightClientHeader,
  lightClientForks,
  lightClientTypes,
  SyncCommittee,
} from '../../ssz/index.ts'
import type { ProvenHeader } from '../store/verified-state.ts'
import { assertValidLightClientHeader } from '../verification/header.ts'

/**
 * From where a light client goes on after a restart: its newest finalized header, and the sync committee of that header's
 * period. As much as a bootstrap gives; the next committee is asked for again.
 */
export interface ResumePoint {
  readonly finalized: ProvenHeader
  readonly currentSyncCommittee: SyncCommittee
}

const VERSION = 1
/** Version, containers, checksum; then the SSZ. */
const PREFIX_BYTES = 2
const CHECKSUM_BYTES = 32

/** A resume point as bytes: a version, the fork of the containers, a checksum, and the SSZ of it with the genesis it belongs to. */
export function encodeResumePoint(chain: Chain, { finalized, currentSyncCommittee }: ResumePoint): Uint8Array {
  const fork = leastContainersOf(finalized.header)
  const content = containerOf(chain, fork).serialize({
    ...genesisOf(chain),
    participants: Math.round(finalized.participation * chain.preset.syncCommitteeSize),
    header: finalized.header,
    currentSyncCommittee,
  })
  const checked = Uint8Array.of(VERSION, lightClientForks.indexOf(fork), ...new Uint8Array(CHECKSUM_BYTES))
  const bytes = new Uint8Array(checked.length + content.length)
  bytes.set(checked)
  bytes.set(content, checked.length)
  bytes.set(checksumOf(bytes), PREFIX_BYTES)
  return bytes
}

/**
 * Reads a resume point. Who signed its header is not proven again: it is trusted as much as the storage is.
 *
 * @throws LamparaError `storage_invalid` when it is damaged, of another version, or of another chain
 */
export function decodeResumePoint(chain: Chain, bytes: Uint8Array): ResumePoint {
  try {
    // A Buffer's slice() is no copy.
    return decode(chain, new Uint8Array(bytes))
  } catch (cause) {
    throw new LamparaError('storage_invalid', `Cannot read what was verified: ${messageOf(cause)}`, { cause })
  }
}

function decode(chain: Chain, bytes: Uint8Array): ResumePoint {
  const fork = lightClientForks[bytes[1] ?? -1]
  if (bytes[0] !== VERSION || fork === undefined) throw new Error('its version is unknown')
  const content = bytes.subarray(PREFIX_BYTES + CHECKSUM_BYTES)
  if (!equalBytes(checksumOf(bytes), bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + CHECKSUM_BYTES))) {
    throw new Error('its checksum does not hold')
  }
  const { participants, header, currentSyncCommittee, ...genesis } = containerOf(chain, fork).deserialize(content)
  const own = genesisOf(chain)
  if (genesis.genesisTimeMs !== own.genesisTimeMs || !equalBytes(genesis.validatorsRoot, own.validatorsRoot)) {
    throw new Error(`it is not of ${chain.name}`)
  }
  assertValidLightClientHeader(chain, header, 'finalized')
  const participation = Math.min(1, participants / chain.preset.syncCommitteeSize)
  return { finalized: { header, participation }, currentSyncCommittee }
}

/** Covers all but itself. */
function checksumOf(bytes: Uint8Array): Uint8Array {
  const checked = bytes.slice()
  checked.fill(0, PREFIX_BYTES, PREFIX_BYTES + CHECKSUM_BYTES)
  return sha256(checked)
}

function genesisOf(chain: Chain) {
  return { genesisTimeMs: chain.genesisTimeMs, validatorsRoot: fromHex(chain.genesisValidatorsRoot, 32) }
}

function containerOf(chain: Chain, fork: LightClientFork) {
  return container('ResumePoint', {
    genesisTimeMs: uint64,
    validatorsRoot: bytes32,
    participants: uint64,
    header: lightClientTypes(chain.preset)[fork].header,
    currentSyncCommittee: SyncCommittee(chain.preset),
  })
}

/** The first containers that have all that this header has. */
function leastContainersOf({ execution, executionBlockHash }: LightClientHeader): LightClientFork {
  if (executionBlockHash !== undefined) return 'gloas'
  if (execution === undefined) return 'altair'
  return execution.blobGasUsed === undefined ? 'capella' : 'deneb'
}
