import { epochOfSlot, forkAtSlot, startSlotOfEpoch } from '../../chain/index.ts'
import type { Devnet, DevnetEvent } from '../../devnet/index.ts'

const DAY_MS = 86_400_000

/** The command line that follows a devnet. */
export function followCommand(devnet: Devnet): string {
  const { chain, restUrl } = devnet
  // The join document does not carry the age that a long recording needs.
  const days = Math.ceil(chain.maxCheckpointAgeMs / DAY_MS)
  const age = devnet.clockOffsetMs !== 0 && days > DEFAULT_AGE_DAYS ? ` --max-checkpoint-age ${days}` : ''
  return `lampara follow --join ${restUrl} --checkpoint ${devnet.checkpoint()}${age}`
}

/** `--max-checkpoint-age` where it is not given. */
const DEFAULT_AGE_DAYS = 14

/** What is told once it listens. */
export function startLines(devnet: Devnet, json: boolean): string[] {
  const { addresses, enr, restUrl, chain, clockOffsetMs, skipped } = devnet
  const checkpoint = devnet.checkpoint()
  const follow = followCommand(devnet)
  if (json) {
    const start = {
      type: 'listening',
      chain: chain.name,
      addresses,
      enr,
      restUrl,
      checkpoint,
      clockOffsetMs,
      skipped,
      follow,
    }
    return [JSON.stringify(start)]
  }
  return [
    ...addresses.map((address) => `Beacon node  ${address}`),
    `Node record  ${enr}`,
    `Beacon API   ${restUrl}`,
    `Checkpoint   ${checkpoint}`,
    ...(clockOffsetMs === 0 ? [] : [`Clock        ${new Date(devnet.clock.now()).toISOString()}, as recorded`]),
    ...skipped.map((what) => `Not used     ${what}`),
    `Follow it    ${follow}`,
  ]
}

/** One line for each epoch's first slot, and one for each step of finality; nothing for other events. */
export function eventLine(devnet: Devnet, event: DevnetEvent, json: boolean): string | undefined {
  const { chain } = devnet
  if (event.type === 'slot') {
    const epoch = epochOfSlot(chain, event.slot)
    if (startSlotOfEpoch(chain, epoch) !== event.slot) return undefined
    const { slot, participants, block } = event
    const { name: fork } = forkAtSlot(chain, slot)
    if (json) return JSON.stringify({ type: 'epoch', epoch, slot, fork, block, participants })
    return `epoch ${epoch}  slot ${slot}  ${fork}  ${block ? `${short(block.root)} signed by ${participants}` : 'missed'}`
  }
  if (event.type !== 'finalized') return undefined
  const { epoch, block } = event
  if (json) return JSON.stringify({ type: 'finalized', epoch, block })
  return `  finalized epoch ${epoch}  slot ${block.slot}  ${short(block.root)}`
}

function short(root: string): string {
  return `${root.slice(0, 10)}…`
}
