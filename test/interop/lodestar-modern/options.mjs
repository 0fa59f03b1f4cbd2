// What the command line says, and the chain that follows from it.
import { parseArgs } from 'node:util'

process.env.LODESTAR_PRESET ??= 'minimal'

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    tcp: { type: 'string' },
    udp: { type: 'string' },
    quic: { type: 'string' },
    rest: { type: 'string' },
    slot: { type: 'string', default: '2' },
    validators: { type: 'string', default: '16' },
    forks: { type: 'string', default: '{}' },
    blobs: { type: 'string', default: '[]' },
    genesis: { type: 'string' },
  },
})

export const directory = values.dir
export const ports = {
  tcp: Number(values.tcp),
  udp: Number(values.udp),
  quic: Number(values.quic),
  rest: Number(values.rest),
}
export const secondsPerSlot = Number(values.slot)
export const validators = Number(values.validators)
export const genesisTime = Number(values.genesis)

const never = Number.POSITIVE_INFINITY
const given = Object.entries(JSON.parse(values.forks)).map(([name, epoch]) => [name, epoch < 0 ? never : epoch])
const blobSchedule = JSON.parse(values.blobs)

/** @param minimal - Lodestar's configuration of the minimal preset */
export function chainConfigOf(minimal) {
  return {
    ...minimal,
    ALTAIR_FORK_EPOCH: 0,
    BELLATRIX_FORK_EPOCH: 0,
    CAPELLA_FORK_EPOCH: 0,
    DENEB_FORK_EPOCH: 0,
    // It refuses blocks of earlier forks.
    ELECTRA_FORK_EPOCH: 0,
    FULU_FORK_EPOCH: 0,
    GLOAS_FORK_EPOCH: never,
    HEZE_FORK_EPOCH: never,
    ...Object.fromEntries(given),
    SECONDS_PER_SLOT: secondsPerSlot,
    SLOT_DURATION_MS: secondsPerSlot * 1000,
    MIN_GENESIS_TIME: 0,
    TERMINAL_TOTAL_DIFFICULTY: 0n,
    MIN_GENESIS_ACTIVE_VALIDATOR_COUNT: validators,
    SHARD_COMMITTEE_PERIOD: 0,
    ...(blobSchedule.length > 0 ? { BLOB_SCHEDULE: blobSchedule } : {}),
  }
}
