/** A histogram of durations as plain numbers. */
export interface HistogramSnapshot {
  /** Upper bounds of the buckets, in milliseconds, each included; the last bucket has no bound. */
  readonly boundsMs: readonly number[]
  /** Observations in each bucket, one more than there are bounds. They only grow. */
  readonly counts: readonly number[]
  readonly sumMs: number
  readonly count: number
}

/** Collects durations. */
export interface Histogram {
  observe(ms: number): void
  snapshot(): HistogramSnapshot
}

/** Creates an empty histogram. @param boundsMs - ascending upper bounds */
export function createHistogram(boundsMs: readonly number[]): Histogram {
  const counts = new Array<number>(boundsMs.length + 1).fill(0)
  let sumMs = 0
  let count = 0
  return {
    observe(ms) {
      const bucket = boundsMs.findIndex((bound) => ms <= bound)
      counts[bucket < 0 ? boundsMs.length : bucket]!++
      sumMs += ms
      count++
    },
    snapshot: () => ({ boundsMs, counts: [...counts], sumMs, count }),
  }
}

/** Values by label, made when first asked for. Labels beyond the bound share the last one, `other`. */
export function createLabelled<Value>(
  create: () => Value,
  maxLabels = 64,
): Map<string, Value> & { of(label: string): Value } {
  const values = new Map<string, Value>()
  return Object.assign(values, {
    of(label: string): Value {
      const key = values.has(label) || values.size < maxLabels - 1 ? label : 'other'
      let value = values.get(key)
      if (value === undefined) {
        value = create()
        values.set(key, value)
      }
      return value
    },
  })
}
