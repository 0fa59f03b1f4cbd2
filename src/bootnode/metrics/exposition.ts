import type { Histogram, Registry } from 'prom-client'
import type { Family, Labels } from './family.ts'

/** Writes families as prom-client's registry does. */
export interface Exposition {
  readonly contentType: string
  /** In Prometheus text format. */
  write(families: readonly Family[]): Promise<string>
}

/** Loads prom-client, which only a bootnode with a metrics port needs. */
export async function loadExposition(): Promise<Exposition> {
  // It is CommonJS: its named exports are there as properties of the default one.
  const { default: prom } = await import('prom-client')

  function add(family: Family, registers: Registry[]): void {
    const { name, help } = family
    const labelNames = [...new Set(family.samples.flatMap(({ labels = {} }) => Object.keys(labels)))]
    const config = { name, help, labelNames, registers }
    if (family.type === 'histogram') for (const registry of registers) registry.registerMetric(counted(family))
    else if (family.type === 'gauge') {
      const metric = new prom.Gauge(config)
      for (const { labels = {}, value } of family.samples) metric.set(labels, value)
    } else {
      const metric = new prom.Counter(config)
      for (const { labels = {}, value } of family.samples) metric.inc(labels, value)
    }
  }

  return {
    contentType: prom.Registry.PROMETHEUS_CONTENT_TYPE,
    async write(families) {
      const registry = new prom.Registry()
      for (const family of families) if (family.samples.length > 0) add(family, [registry])
      return registry.metrics()
    },
  }
}

/** prom-client's own histogram counts by itself; this one shows what was counted elsewhere. A registry asks a metric for no more than this. */
function counted({ name, help, samples }: Extract<Family, { type: 'histogram' }>): Histogram {
  const values = samples.flatMap(({ labels, value }) => bucketsOf(name, labels, value))
  return {
    name,
    type: 'histogram',
    get: async () => ({ name, help, type: 'histogram', values }),
  } as unknown as Histogram
}

function bucketsOf(
  name: string,
  labels: Labels,
  { boundsMs, counts, sumMs, count }: Extract<Family, { type: 'histogram' }>['samples'][number]['value'],
) {
  let below = 0
  const buckets = counts.map((inBucket, index) => {
    below += inBucket
    const bound = boundsMs[index]
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: bound === undefined ? '+Inf' : bound / 1000 },
      value: below,
    }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
