import { type ChartColumn, type ChartModel, chartMeasures } from '../model/chart.ts'
import { html, keyedList, setAttributes, setText, svg, type View } from './dom.ts'

/** The chart's card. */
export interface ChartView extends View<ChartModel | undefined> {
  /** Width that the chart may take, in CSS pixels; changes with the page's. */
  readonly width: number
}

/** @param onResize - the chart has another width: show it a model made for that */
export function chartView(onResize: () => void): ChartView {
  const axes = svg('g', { class: 'chart-axes' })
  const columns = svg('g', { class: 'chart-columns' })
  const cursor = svg('rect', {
    class: 'chart-cursor',
    y: 4,
    height: chartMeasures.height - 22,
    rx: 3,
    visibility: 'hidden',
  })
  const drawing = svg(
    'svg',
    { class: 'chart', role: 'img', tabindex: 0, 'data-testid': 'chart' },
    axes,
    cursor,
    columns,
  )
  const readout = html('p', { class: 'chart-readout', 'data-testid': 'readout' })
  const frame = html('div', { class: 'chart-frame' }, drawing)
  const element = html(
    'section',
    { class: 'card chart-card', 'aria-labelledby': 'chart-title' },
    html('header', { class: 'card-header' }, html('h2', { id: 'chart-title' }, 'Heads, slot by slot'), legend()),
    frame,
    readout,
  )
  let model: ChartModel | undefined
  let chosen: number | undefined
  let drawnAxes = ''

  const showColumns = keyedList<ChartColumn, SVGGElement>(
    columns,
    ({ slot }) => String(slot),
    () => svg('g', {}, svg('rect'), svg('circle')),
    (group, column) => drawColumn(group, column, model?.barWidth ?? 0),
  )
  const showCursor = (): void => {
    const column = model?.columns.find(({ slot }) => slot === chosen)
    const width = model?.columnWidth ?? 0
    setAttributes(cursor, {
      visibility: column === undefined ? 'hidden' : 'visible',
      x: (column?.x ?? 0) - width / 2,
      width,
    })
    setText(readout, column?.words ?? model?.summary ?? '')
  }
  // Hovering is read by eye; only what the keyboard chose is worth saying aloud.
  const choose = (slot: number | undefined, aloud = false): void => {
    chosen = slot
    setAttributes(readout, { 'aria-live': aloud ? 'polite' : 'off' })
    showCursor()
  }
  drawing.addEventListener('pointermove', (event) => choose(slotAt(model, event.offsetX)))
  drawing.addEventListener('pointerdown', (event) => choose(slotAt(model, event.offsetX)))
  drawing.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') choose(undefined)
  })
  drawing.addEventListener('blur', () => choose(undefined))
  drawing.addEventListener('keydown', (event) => {
    const next = keyTarget(model, chosen, event.key)
    if (next === undefined) return
    event.preventDefault()
    choose(next === 'none' ? undefined : next, true)
  })
  let width = 0
  new ResizeObserver(([entry]) => {
    const measured = Math.floor(entry?.contentRect.width ?? 0)
    if (measured === width) return
    width = measured
    onResize()
  }).observe(frame)

  return {
    element,
    get width() {
      return width
    },
    show(next) {
      model = next
      setAttributes(element, { hidden: next === undefined })
      if (next === undefined) return
      setAttributes(drawing, {
        viewBox: `0 0 ${next.width} ${next.height}`,
        width: next.width,
        height: next.height,
        'aria-label': `Heads, slot by slot. ${next.summary}`,
      })
      const wanted = JSON.stringify([next.width, next.epochs, next.delayAxis])
      if (wanted !== drawnAxes) drawAxes(axes, next)
      drawnAxes = wanted
      showColumns(next.columns)
      showCursor()
    },
  }
}

function slotAt(model: ChartModel | undefined, x: number): number | undefined {
  if (model === undefined) return undefined
  return model.columns.find((column) => Math.abs(column.x - x) <= model.columnWidth / 2)?.slot
}

function keyTarget(
  model: ChartModel | undefined,
  chosen: number | undefined,
  key: string,
): number | 'none' | undefined {
  const first = model?.columns[0]?.slot
  const last = model?.columns.at(-1)?.slot
  if (first === undefined || last === undefined) return undefined
  const from = chosen ?? last
  switch (key) {
    case 'ArrowLeft':
      return Math.max(first, from - 1)
    case 'ArrowRight':
      return Math.min(last, from + 1)
    case 'Home':
      return first
    case 'End':
      return last
    case 'Escape':
      return 'none'
    default:
      return undefined
  }
}

function drawColumn(group: SVGGElement, column: ChartColumn, barWidth: number): void {
  const [bar, dot] = group.children
  if (bar === undefined || dot === undefined) return
  const foot = chartMeasures.participationTop + chartMeasures.participationHeight
  const height =
    column.kind === 'missed' ? 8 : column.kind === 'optimistic' || column.kind === 'finalized' ? column.barHeight : 2
  setAttributes(group, { 'data-kind': column.kind })
  setAttributes(bar, {
    x: round(column.x - barWidth / 2),
    y: round(foot - height),
    width: round(barWidth),
    height: round(height),
    rx: Math.min(2, height / 2),
  })
  setAttributes(dot, {
    cx: round(column.x),
    cy: round(column.delayY ?? 0),
    r: column.late ? 3.5 : 2.5,
    visibility: column.delayY === undefined ? 'hidden' : 'visible',
    'data-late': column.late,
  })
}

function drawAxes(axes: SVGGElement, model: ChartModel): void {
  const { left, right, delayTop, height } = chartMeasures
  const end = model.width - right
  const label = (x: number, y: number, text: string, anchor: string): SVGTextElement =>
    svg('text', { x, y, 'text-anchor': anchor, class: 'chart-label' }, text)
  axes.replaceChildren(
    ...model.epochs.flatMap(({ x, label: text }) => [
      svg('line', { class: 'chart-epoch', x1: round(x), x2: round(x), y1: 6, y2: height - 18 }),
      ...(text === '' ? [] : [label(round(x) + 3, height - 5, text, 'start')]),
    ]),
    ...model.participationAxis.flatMap(({ y, label: text, threshold }) => [
      svg('line', {
        class: threshold ? 'chart-threshold' : 'chart-rule',
        x1: left,
        x2: end,
        y1: round(y),
        y2: round(y),
      }),
      label(left - 6, y + 4, text, 'end'),
    ]),
    ...model.delayAxis.flatMap(({ y, label: text }) => [
      svg('line', { class: 'chart-rule', x1: left, x2: end, y1: round(y), y2: round(y) }),
      label(left - 6, y + 4, text, 'end'),
    ]),
    label(left + 2, delayTop - 8, 'verified after the slot began', 'start'),
  )
}

function legend(): HTMLElement {
  const items = [
    ['finalized', 'finalized'],
    ['optimistic', 'optimistic'],
    ['missed', 'no head'],
  ] as const
  return html(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    ...items.map(([kind, words]) => html('li', {}, html('span', { class: 'legend-mark', 'data-kind': kind }), words)),
  )
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
