/** A figure as `npm run bench` prints it. */
export interface Figure {
  /** `area/what`. */
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it should reach; left out where there is nothing to reach. */
  readonly goal?: number
  readonly better: 'lower' | 'higher'
  /** How many measurements the value is the median of; 0 for one published by others. */
  readonly samples: number
}

/** Takes a figure as soon as it is there. */
export type Report = (figure: Figure) => void

/** The middle one; of an even number, the upper of the two. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1]
  if (middle === undefined) throw new Error('Cannot take the median of nothing')
  return middle
}

/** What work cost, in milliseconds: the time that passed, and what this process took of the machine meanwhile. */
export interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

/** Measures from now on; call what it returns at the end. */
export function startMeter(): () => Cost {
  const cpu = process.cpuUsage()
  const start = performance.now()
  return () => {
    const wallMs = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    return { wallMs, cpuMs: (user + system) / 1000 }
  }
}

/** How long the work took, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** One line for people: the value, what it should be, and whether it is. */
export function figureLine({ name, value, unit, goal, better, samples }: Figure): string {
  const reached = goal === undefined || (better === 'lower' ? value <= goal : value >= goal)
  const aim = goal === undefined ? '' : `  goal ${better === 'lower' ? '≤' : '≥'} ${goal}${reached ? '' : '  MISSED'}`
  const count = samples > 1 ? `  (median of ${samples})` : ''
  return `${name.padEnd(36)} ${Number(value.toPrecision(4)).toString().padStart(8)} ${unit}${aim}${count}`
}
