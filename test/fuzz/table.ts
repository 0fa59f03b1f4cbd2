import type { Attack } from './attack.ts'

const widths = [26, 9, 8, 9, 7, 7, 8, 10] as const
const titles = ['decoder', 'inputs', 'seconds', 'inputs/s', 'kept', 'places', 'endings', 'codes seen'] as const

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i]!))).join(' ')
}

/** Figures as text, a line for each decoder. */
export const table = {
  head: `${line(titles)}  how often`,
  row({ name, report, seconds }: Attack): string {
    if (report === undefined) return `${name.padEnd(widths[0])} did not come to its end`
    const outcomes = Object.entries(report.outcomes).sort(([, a], [, b]) => b - a)
    const cells = [
      name,
      String(report.inputs),
      seconds.toFixed(1),
      String(Math.round(report.inputs / seconds)),
      String(report.kept),
      String(report.places),
      String(report.shapes),
      `${outcomes.filter(([outcome]) => outcome !== 'ok').length} of ${report.codes.length}`,
    ]
    const shares = outcomes.map(([outcome, count]) => `${outcome} ${((100 * count) / report.inputs).toPrecision(2)} %`)
    return `${line(cells)}  ${shares.join(', ')}`
  },
}
