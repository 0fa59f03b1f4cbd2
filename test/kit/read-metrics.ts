/** A scrape. */
export interface ReadMetrics {
  readonly text: string
  /** The first sample of that name whose labels include those given. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
}

/** Scrapes `/metrics`. */
export async function readMetrics(url: string): Promise<ReadMetrics> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  const text = await response.text()
  return {
    text,
    value(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
      const line = text.split('\n').find((sample) => {
        const [, named, inner = ''] = /^([a-z_]+)(?:\{(.*)\})? /.exec(sample) ?? []
        return named === name && wanted.every((label) => inner.split(',').includes(label))
      })
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1))
    },
  }
}
