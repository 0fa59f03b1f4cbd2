import { LamparaError } from '../errors/index.ts'
import { sha256 } from '../hash/sha256.ts'
import type { BlobParameters, Chain, Fork } from './chain.ts'
import { forkAtEpoch } from './forks.ts'
import { fromHex, type Hex, toHex } from './hex.ts'
import { epochOfSlot } from './slots.ts'

/** A stretch of epochs with one fork digest. */
export interface ForkDigest {
  /** Four bytes. */
  readonly digest: Hex
  readonly fork: Fork
  readonly startEpoch: number
  /** The first epoch after it; `Infinity` for the last one. */
  readonly endEpoch: number
}

const schedules = new WeakMap<Chain, readonly ForkDigest[]>()

/** Eight bytes, least significant first. */
function uint64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return bytes
}

/** compute_fork_data_root (phase0/beacon-chain.md): the root of two 32-byte chunks. */
function forkDataRoot(version: Hex, genesisValidatorsRoot: Hex): Uint8Array {
  const chunks = new Uint8Array(64)
  chunks.set(fromHex(version, 4), 0)
  chunks.set(fromHex(genesisValidatorsRoot, 32), 32)
  return sha256(chunks)
}

/** get_blob_parameters (fulu/beacon-chain.md): before the schedule's first entry, Electra's. */
function blobParametersAtEpoch(chain: Chain, epoch: number): BlobParameters {
  return (
    chain.blobSchedule.findLast((entry) => entry.epoch <= epoch) ?? {
      epoch: chain.forks.find((fork) => fork.name === 'electra')?.epoch ?? 0,
      maxBlobsPerBlock: chain.maxBlobsPerBlockElectra,
    }
  )
}

/** compute_fork_digest (fulu/beacon-chain.md). */
function computeForkDigest(chain: Chain, fork: Fork, epoch: number): Hex {
  const root = forkDataRoot(fork.version, chain.genesisValidatorsRoot)
  if (epoch < fuluEpoch(chain)) return toHex(root.subarray(0, 4))
  const blobs = blobParametersAtEpoch(chain, epoch)
  const parameters = new Uint8Array(16)
  parameters.set(uint64Bytes(blobs.epoch), 0)
  parameters.set(uint64Bytes(blobs.maxBlobsPerBlock), 8)
  const mask = sha256(parameters)
  return toHex(root.subarray(0, 4).map((byte, i) => byte ^ mask[i]!))
}

function fuluEpoch(chain: Chain): number {
  return chain.forks.find((fork) => fork.name === 'fulu')?.epoch ?? Number.POSITIVE_INFINITY
}

/**
 * Every fork digest of the chain's schedule with the epochs that it covers, oldest first: a new one begins with each
 * fork, and from Fulu on with each entry of the blob schedule (EIP-7892). Computed once per chain.
 */
export function forkDigests(chain: Chain): readonly ForkDigest[] {
  const known = schedules.get(chain)
  if (known !== undefined) return known
  const fulu = fuluEpoch(chain)
  const starts = new Set(chain.forks.map((fork) => fork.epoch))
  for (const entry of chain.blobSchedule) {
    if (entry.epoch > fulu) starts.add(entry.epoch)
  }
  const epochs = [...starts].sort((a, b) => a - b)
  const schedule = epochs.map((startEpoch, i): ForkDigest => {
    const fork = forkAtEpoch(chain, startEpoch)
    const digest = computeForkDigest(chain, fork, startEpoch)
    return { digest, fork, startEpoch, endEpoch: epochs[i + 1] ?? Number.POSITIVE_INFINITY }
  })
  schedules.set(chain, schedule)
  return schedule
}

/**
 * The fork digest in force in an epoch; before genesis, that of epoch 0.
 *
 * @throws {@link LamparaError} `fork_unknown` when the chain has no forks at all
 */
export function forkDigestAtEpoch(chain: Chain, epoch: number): Hex {
  const entry = forkDigests(chain).findLast((candidate) => candidate.startEpoch <= Math.max(0, epoch))
  if (entry === undefined) throw new LamparaError('fork_unknown', `Cannot tell the fork digest at epoch ${epoch}`)
  return entry.digest
}

/** The fork digest in force in a slot. See {@link forkDigestAtEpoch}. */
export function forkDigestAtSlot(chain: Chain, slot: number): Hex {
  return forkDigestAtEpoch(chain, epochOfSlot(chain, slot))
}

/**
 * What a fork digest stands for on this chain.
 *
 * @param digest - four bytes, in any case
 * @returns the stretch of epochs with that digest; undefined for one that the chain does not have
 */
export function forkOfDigest(chain: Chain, digest: Hex): ForkDigest | undefined {
  const wanted = digest.toLowerCase()
  return forkDigests(chain).find((entry) => entry.digest === wanted)
}
