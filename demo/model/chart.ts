import type { ChainFacts } from '../state/app-state.ts'
import type { HeadHistory, SlotMark } from '../state/head-history.ts'
import { formatCount, formatDelay, formatShare } from './format.ts'

/** A slot's column, in CSS pixels of the chart's own coordinates. */
export interface ChartColumn {
  readonly slot: number
  /** `waiting`: not due or not come yet; `unheard`: nobody here listened. */
  readonly kind: 'optimistic' | 'finalized' | 'missed' | 'waiting' | 'unheard'
  readonly x: number
  readonly barY: number
  readonly barHeight: number
  /** Where the arrival's dot stands; absent without a measured arrival. */
  readonly delayY?: number
  /** The arrival lies beyond the scale. */
  readonly late: boolean
  /** The column in words, for the read-out. */
  readonly words: string
}

/** Everything that the chart draws. */
export interface ChartModel {
  readonly width: number
  readonly height: number
  readonly barWidth: number
  readonly columnWidth: number
  readonly columns: readonly ChartColumn[]
  /** The first slots of epochs in view. */
  readonly epochs: readonly { readonly x: number; readonly label: string }[]
  readonly participationAxis: readonly { readonly y: number; readonly label: string; readonly threshold: boolean }[]
  readonly delayAxis: readonly { readonly y: number; readonly label: string }[]
  /** The chart in one sentence, for those who do not see it. */
  readonly summary: string
}

/** The chart's fixed measures, in CSS pixels. */
export const chartMeasures = {
  left: 40,
  right: 6,
  participationTop: 14,
  participationHeight: 104,
  delayTop: 150,
  delayHeight: 58,
  height: 232,
} as const

const COLUMN_PX = 11
const MIN_COLUMNS = 18
const MAX_COLUMNS = 100
/** An epoch's label at its longest. */
const EPOCH_LABEL_PX = 84
const TWO_THIRDS = 2 / 3
/** Below this a bar could not be seen. */
const MIN_BAR_PX = 3

/** Lays the chart out: the columns end with the present slot. */
export function chartModel(
  history: HeadHistory,
  chain: ChainFacts,
  finalizedSlot: number | undefined,
  nowMs: number,
  width: number,
): ChartModel {
  const { left, right, participationTop, participationHeight } = chartMeasures
  const room = Math.max(width - left - right, 120)
  const count = Math.max(MIN_COLUMNS, Math.min(MAX_COLUMNS, Math.floor(room / COLUMN_PX)))
  const columnWidth = room / count
  const presentSlot = Math.max(0, Math.floor((nowMs - chain.genesisTimeMs) / chain.slotDurationMs))
  const newestSlot = Math.max(presentSlot, history.slots.at(-1)?.slot ?? 0)
  const firstSlot = newestSlot - count + 1
  const marks = new Map(history.slots.map((mark) => [mark.slot, mark]))
  const lastSlot = history.slots.at(-1)?.slot
  const scaleMs = delayScaleMs(history, firstSlot, chain.slotDurationMs)

  const columns: ChartColumn[] = []
  for (let index = 0; index < count; index++) {
    const slot = firstSlot + index
    if (slot < 0) continue
    const x = left + index * columnWidth + columnWidth / 2
    const waiting = lastSlot !== undefined && slot > lastSlot
    columns.push(column(slot, x, marks.get(slot), waiting, finalizedSlot, scaleMs))
  }
  return {
    width: Math.max(width, left + right + 120),
    height: chartMeasures.height,
    barWidth: Math.max(3, Math.min(11, columnWidth - 3.5)),
    columnWidth,
    columns,
    epochs: epochMarks(columns, columnWidth, chain.slotsPerEpoch, width - right),
    participationAxis: [
      { y: participationTop, label: '100%', threshold: false },
      { y: participationTop + participationHeight * (1 - TWO_THIRDS), label: '⅔', threshold: true },
      { y: participationTop + participationHeight, label: '0', threshold: false },
    ],
    delayAxis: [
      { y: chartMeasures.delayTop, label: axisSeconds(scaleMs) },
      { y: chartMeasures.delayTop + chartMeasures.delayHeight, label: '0 s' },
    ],
    summary: summaryOf(columns, marks),
  }
}

function column(
  slot: number,
  x: number,
  mark: SlotMark | undefined,
  waiting: boolean,
  finalizedSlot: number | undefined,
  scaleMs: number,
): ChartColumn {
  const { participationTop, participationHeight, delayTop, delayHeight } = chartMeasures
  const foot = participationTop + participationHeight
  const name = `Slot ${formatCount(slot)}`
  const empty = { slot, x, barY: foot, barHeight: 0, late: false }
  if (mark === undefined) {
    if (waiting) return { ...empty, kind: 'waiting', words: `${name}: no head yet` }
    return { ...empty, kind: 'unheard', words: `${name}: not followed` }
  }
  if (mark.mark === 'missed') return { ...empty, kind: 'missed', words: `${name}: no head came` }
  const finalized = finalizedSlot !== undefined && slot <= finalizedSlot
  const barHeight = Math.max(MIN_BAR_PX, participationHeight * mark.participation)
  const facts = [
    finalized ? 'finalized' : 'optimistic',
    `${formatShare(mark.participation)} signed`,
    ...(mark.delayMs === undefined ? [] : [`verified after ${formatDelay(mark.delayMs)}`]),
    ...(mark.blockNumber === undefined ? [] : [`block ${formatCount(mark.blockNumber)}`]),
  ]
  const late = mark.delayMs !== undefined && mark.delayMs > scaleMs
  return {
    slot,
    kind: finalized ? 'finalized' : 'optimistic',
    x,
    barY: foot - barHeight,
    barHeight,
    late,
    ...(mark.delayMs !== undefined && {
      delayY: delayTop + delayHeight * (1 - Math.min(1, mark.delayMs / scaleMs)),
    }),
    words: `${name}: ${facts.join(', ')}`,
  }
}

/** Two slots at least, four at most: one straggler must not flatten the rest. */
function delayScaleMs(history: HeadHistory, firstSlot: number, slotDurationMs: number): number {
  let longest = 0
  for (const mark of history.slots) {
    if (mark.mark === 'head' && mark.slot >= firstSlot) longest = Math.max(longest, mark.delayMs ?? 0)
  }
  const slots = Math.min(4, Math.max(2, Math.ceil(longest / slotDurationMs)))
  return slots * slotDurationMs
}

function axisSeconds(ms: number): string {
  const seconds = ms / 1000
  return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`
}

function epochMarks(
  columns: readonly ChartColumn[],
  columnWidth: number,
  slotsPerEpoch: number,
  end: number,
): ChartModel['epochs'] {
  // Where epochs are short, only every second or fourth line has room for its number.
  const step = 2 ** Math.max(0, Math.ceil(Math.log2(EPOCH_LABEL_PX / (slotsPerEpoch * columnWidth))))
  return columns
    .filter(({ slot }) => slot % slotsPerEpoch === 0)
    .map(({ slot, x }) => {
      const epoch = slot / slotsPerEpoch
      const room = epoch % step === 0 && x + EPOCH_LABEL_PX <= end
      return { x: x - columnWidth / 2, label: room ? `epoch ${formatCount(epoch)}` : '' }
    })
}

function summaryOf(columns: readonly ChartColumn[], marks: ReadonlyMap<number, SlotMark>): string {
  const heads = columns.flatMap(({ slot }) => {
    const mark = marks.get(slot)
    return mark?.mark === 'head' ? [mark] : []
  })
  if (heads.length === 0) return 'No heads to show yet.'
  const missed = columns.filter(({ kind }) => kind === 'missed').length
  const participation = heads.reduce((sum, head) => sum + head.participation, 0) / heads.length
  const delays = heads.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs])).sort((a, b) => a - b)
  const median = delays[Math.floor(delays.length / 2)]
  const parts = [
    `${formatCount(heads.length)} ${heads.length === 1 ? 'head' : 'heads'} in view`,
    missed === 0 ? 'no slot missed' : `${formatCount(missed)} missed`,
    `${formatShare(participation)} signed on average`,
    ...(median === undefined ? [] : [`verified ${formatDelay(median)} after the slot began, in the median`]),
  ]
  return `${parts.join(', ')}.`
}
