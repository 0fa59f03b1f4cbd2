import type { AttackReport } from './process-rig.ts'

/** What the table begins with. */
export const tableHead = [
  '| attack | heads late, calm | under attack | missed | event loop late | RSS before, after | heap used, in all | seats | endings | causes | |',
  '|---|---|---|---|---|---|---|---|---|---|---|',
  '',
].join('\n')

/** One line of the table, with its line feed. Delays are median / 95 %. */
export function tableRow(report: AttackReport, failures: readonly string[]): string {
  const { attack, calm, attacked, rssBeforeMib, rssAfterMib, memory, seats, endings, causes } = report
  const cells = [
    attack,
    `${calm.medianMs} / ${calm.p95Ms} ms`,
    `${attacked.medianMs} / ${attacked.p95Ms} ms`,
    attacked.missed,
    `${attacked.eventLoopMaxMs} ms`,
    `${rssBeforeMib}, ${rssAfterMib} MiB`,
    `${memory.heapUsed}, ${memory.heapTotal} MiB`,
    seats,
    counts(endings),
    counts(causes),
    failures.length === 0 ? 'passed' : `failed: ${failures.join('; ')}`,
  ]
  return `| ${cells.join(' | ')} |\n`
}

function counts(record: Readonly<Record<string, number>>): string {
  return (
    Object.entries(record)
      .map(([key, count]) => `${key} ${count}`)
      .join(', ') || 'none'
  )
}
