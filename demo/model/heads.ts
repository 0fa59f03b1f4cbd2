import type { Head } from 'lampara'
import type { AppState } from '../state/app-state.ts'
import { capitalise, formatCount, formatDuration, formatShare, NONE, shorten } from './format.ts'

/** A value that is shown short, and copied and titled whole. */
export interface ShortValue {
  readonly short: string
  /** Absent where there is nothing to copy. */
  readonly full?: string
}

/** What a head's card shows. */
export interface HeadModel {
  readonly kind: Head['kind']
  /** True when no newer head can be heard, so that the card must not look alive. */
  readonly stale: boolean
  readonly slot: string
  readonly age: string
  readonly fork: string
  readonly root: ShortValue
  readonly executionHash: ShortValue
  readonly executionNumber: string
  /** 0 to 1; undefined where nothing was signed yet. */
  readonly participation: number | undefined
  readonly participationWords: string
}

const nothing: ShortValue = { short: NONE }
const live: ReadonlySet<string> = new Set(['following', 'syncing', 'bootstrapping'])

/** A head as its card shows it. Its age counts from the start of its slot, by the chain's own clock. */
export function headModel(state: AppState, kind: Head['kind'], nowMs: number): HeadModel {
  const head = kind === 'optimistic' ? state.status?.optimistic : state.status?.finalized
  const stale = state.phase !== 'running' || !live.has(state.status?.state ?? '')
  if (head === undefined) {
    return {
      kind,
      stale,
      slot: NONE,
      age: 'none verified yet',
      fork: '',
      root: nothing,
      executionHash: nothing,
      executionNumber: NONE,
      participation: undefined,
      participationWords: NONE,
    }
  }
  const { execution } = head
  return {
    kind,
    stale,
    slot: formatCount(head.slot),
    age: `${formatDuration(nowMs - head.slotStartMs)} old`,
    fork: capitalise(head.fork),
    root: shortHex(head.root),
    executionHash: execution === undefined ? { short: 'not proven before Capella' } : shortHex(execution.blockHash),
    executionNumber: execution?.blockNumber === undefined ? NONE : formatCount(execution.blockNumber),
    participation: head.participation,
    participationWords: participationWords(head.participation, state.chain?.committeeSize),
  }
}

function participationWords(share: number, committeeSize: number | undefined): string {
  if (committeeSize === undefined) return formatShare(share)
  return `${formatShare(share)} · ${formatCount(Math.round(share * committeeSize))} of ${formatCount(committeeSize)}`
}

function shortHex(value: string): ShortValue {
  return { short: shorten(value, 10, 8), full: value }
}
