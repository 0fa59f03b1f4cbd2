/** The forms that light-client data comes in. */
export type Format = 'json' | 'ssz'

const formats: readonly { readonly format: Format; readonly type: string }[] = [
  { format: 'json', type: 'application/json' },
  { format: 'ssz', type: 'application/octet-stream' },
]

/**
 * Chooses the form by an Accept header (RFC 9110, section 12.5.1): the one of the highest quality, JSON on a tie or
 * without a header; undefined where neither will do.
 */
export function chooseFormat(accept: string | undefined): Format | undefined {
  if (accept === undefined || accept.trim() === '') return 'json'
  const ranges = accept.split(',').map(parseRange)
  let best: { readonly format: Format; readonly quality: number } | undefined
  for (const { format, type } of formats) {
    const quality = qualityOf(type, ranges)
    if (quality > (best?.quality ?? 0)) best = { format, quality }
  }
  return best?.format
}

interface Range {
  readonly type: string
  readonly quality: number
}

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = weight === undefined ? 1 : Number(weight.slice(2))
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** The most specific range that matches counts. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  for (const pattern of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const range = ranges.find((candidate) => candidate.type === pattern)
    if (range !== undefined) return range.quality
  }
  return 0
}
