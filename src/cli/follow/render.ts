import type { Head, LightClientStatus } from '../../light-client/types.ts'

/** One verified head as a line for people. */
export function headLine(head: Head): string {
  const parts = [
    head.kind === 'finalized' ? 'finalized ' : 'optimistic',
    `slot ${head.slot}`,
    short(head.root),
    executionWords(head.execution),
    `${(head.participation * 100).toFixed(1)} % signed`,
    `${seconds(head.verifiedAtMs - head.slotStartMs)} after its slot began`,
  ]
  return parts.join('  ')
}

/** One verified head for machines: bigints as decimal strings. */
export function headJson(head: Head): string {
  return JSON.stringify({ type: 'head', ...head }, (_key, value) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
}

/** A status for machines. */
export function statusJson(status: LightClientStatus): string {
  const { state, message, peers, sync, error } = status
  return JSON.stringify({ type: 'status', state, message, peers, sync, error: error?.code })
}

/** How far a sync is, as a bar: `[####------]  4 of 10 periods`. */
export function progressBar(sync: NonNullable<LightClientStatus['sync']>, width = 30): string {
  const total = Math.max(1, sync.targetPeriod - sync.startPeriod + 1)
  const done = Math.min(total, Math.max(0, sync.period - sync.startPeriod))
  const filled = Math.round((done / total) * width)
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]  ${done} of ${total} periods`
}

function executionWords(execution: Head['execution']): string {
  if (execution === undefined) return 'no execution block'
  const { blockNumber, blockHash } = execution
  return blockNumber === undefined ? `block ${short(blockHash)}` : `block ${blockNumber} ${short(blockHash)}`
}

function short(hex: string): string {
  return `${hex.slice(0, 10)}…${hex.slice(-4)}`
}

function seconds(ms: number): string {
  const s = ms / 1000
  if (s < 120) return `${s.toFixed(1)} s`
  if (s < 7200) return `${(s / 60).toFixed(0)} min`
  return s < 172_800 ? `${(s / 3600).toFixed(0)} h` : `${(s / 86_400).toFixed(0)} days`
}
