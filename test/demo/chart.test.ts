import { expect, test } from 'vitest'
import { type ChartModel, chartMeasures, chartModel } from '../../demo/model/chart.ts'
import { emptyHistory, type HeadHistory, withHead } from '../../demo/state/head-history.ts'
import { chain, sampleHead } from './samples.ts'

const slotMs = chain.slotDurationMs

function historyOf(...slots: readonly number[]): HeadHistory {
  return slots.reduce((history, slot) => withHead(history, sampleHead(slot), true), emptyHistory)
}

function kinds(model: ChartModel): Record<number, string> {
  return Object.fromEntries(model.columns.map(({ slot, kind }) => [slot, kind]))
}

test('the columns end with the present slot and tell heads, missed and awaited slots apart', () => {
  const model = chartModel(historyOf(1000, 1001, 1003), chain, 1000, 1005 * slotMs + 3000, 800)
  expect(model.columns.at(-1)?.slot).toBe(1005)
  expect(kinds(model)).toMatchObject({
    999: 'unheard',
    1000: 'finalized',
    1001: 'optimistic',
    1002: 'missed',
    1003: 'optimistic',
    1004: 'waiting',
    1005: 'waiting',
  })
})

test('everything stays inside the drawing, whatever the width', () => {
  for (const width of [0, 320, 390, 800, 1280, 4000]) {
    const model = chartModel(historyOf(998, 1000, 1003), chain, undefined, 1003 * slotMs + slotMs, width)
    for (const { x, barY, barHeight, delayY } of model.columns) {
      expect(x).toBeGreaterThanOrEqual(chartMeasures.left)
      expect(x).toBeLessThanOrEqual(model.width - chartMeasures.right)
      expect(barY).toBeGreaterThanOrEqual(0)
      expect(barY + barHeight).toBeLessThan(model.height)
      if (delayY !== undefined) expect(delayY).toBeLessThan(model.height)
    }
  }
})

test('a bar is as high as the share that signed', () => {
  const history = withHead(historyOf(10), sampleHead(11, { participation: 0.5 }), true)
  const bar = chartModel(history, chain, undefined, 11 * slotMs, 800).columns.find(({ slot }) => slot === 11)
  expect(bar?.barHeight).toBe(chartMeasures.participationHeight / 2)
})

test('a straggler is marked late instead of flattening the rest', () => {
  const late = sampleHead(11, { verifiedAtMs: 11 * slotMs + 600_000 })
  const model = chartModel(withHead(historyOf(10), late, true), chain, undefined, 62 * slotMs, 1280)
  expect(model.delayAxis[0]?.label).toBe('48 s')
  expect(model.columns.find(({ slot }) => slot === 11)).toMatchObject({ late: true, delayY: chartMeasures.delayTop })
  expect(model.columns.find(({ slot }) => slot === 10)?.late).toBe(false)
})

test('before slot 0 there are no columns', () => {
  const model = chartModel(emptyHistory, chain, undefined, 2 * slotMs, 800)
  expect(model.columns.map(({ slot }) => slot)).toEqual([0, 1, 2])
  expect(model.summary).toBe('No heads to show yet.')
})

test('the summary says what the picture shows', () => {
  const model = chartModel(historyOf(1000, 1001, 1003), chain, undefined, 1005 * slotMs, 800)
  expect(model.summary).toBe(
    '3 heads in view, 1 missed, 96.9% signed on average, verified 14.0 s after the slot began, in the median.',
  )
})

test('epoch labels do not run into each other where epochs are short', () => {
  const model = chartModel(emptyHistory, { ...chain, slotsPerEpoch: 8 }, undefined, 1000 * slotMs, 1100)
  const labelled = model.epochs.filter(({ label }) => label !== '')
  expect(labelled.length).toBeGreaterThan(2)
  for (let index = 1; index < labelled.length; index++) {
    expect((labelled[index]?.x ?? 0) - (labelled[index - 1]?.x ?? 0)).toBeGreaterThan(80)
  }
})
