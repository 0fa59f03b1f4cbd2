import { type Cost, median } from './figure.ts'
import { collectGarbage } from './memory.ts'

/** How often each is measured, after how many rounds that do not count. */
export interface Rounds {
  readonly warmUp: number
  readonly samples: number
}

/**
 * Measures several kinds of work in turns, each once a round: what else the machine does weighs on all alike. The order turns
 * round every time, and what one left lying is collected before the next begins.
 */
export async function sideBySide<Name extends string>(
  work: Readonly<Record<Name, () => Promise<Cost>>>,
  { warmUp, samples }: Rounds,
): Promise<Readonly<Record<Name, readonly Cost[]>>> {
  const names = Object.keys(work) as Name[]
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Name, Cost[]>
  for (let round = 0; round < warmUp + samples; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      await collectGarbage()
      const cost = await work[name]()
      if (round >= warmUp) costs[name].push(cost)
    }
  }
  return costs
}

/** How many times as much one costs as another: the middle one of all rounds, whose two samples had the same weather. */
export function ratio(costs: readonly Cost[], to: readonly Cost[], of: keyof Cost): number {
  return median(costs.map((cost, round) => cost[of] / to[round]![of]))
}

/** The middle one. */
export function typical(costs: readonly Cost[], of: keyof Cost): number {
  return median(costs.map((cost) => cost[of]))
}
