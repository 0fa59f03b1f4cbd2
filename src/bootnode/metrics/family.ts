import type { HistogramSnapshot } from '../../streams/histogram.ts'

/** Labels of a sample: words of this program only, never a peer's. */
export type Labels = Readonly<Record<string, string>>

/** A metric family of Prometheus with its samples at a moment. */
export type Family =
  | {
      readonly type: 'counter' | 'gauge'
      readonly name: string
      readonly help: string
      readonly samples: readonly { readonly labels?: Labels; readonly value: number }[]
    }
  | {
      readonly type: 'histogram'
      readonly name: string
      readonly help: string
      readonly samples: readonly { readonly labels: Labels; readonly value: HistogramSnapshot }[]
    }

type Values = readonly (readonly [labels: Labels, value: number])[]

/** A family of counters, each with labels, or of a single one. */
export function counter(name: string, help: string, values: Values | number): Family {
  return { type: 'counter', name, help, samples: samplesOf(values) }
}

/** A family of gauges, each with labels, or of a single one. */
export function gauge(name: string, help: string, values: Values | number): Family {
  return { type: 'gauge', name, help, samples: samplesOf(values) }
}

/** A family of histograms. Milliseconds become seconds where it is exposed. */
export function histogram(
  name: string,
  help: string,
  values: readonly (readonly [Labels, HistogramSnapshot])[],
): Family {
  return { type: 'histogram', name, help, samples: values.map(([labels, value]) => ({ labels, value })) }
}

function samplesOf(values: Values | number): readonly { readonly labels?: Labels; readonly value: number }[] {
  return typeof values === 'number' ? [{ value: values }] : values.map(([labels, value]) => ({ labels, value }))
}
