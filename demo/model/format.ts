const grouped = new Intl.NumberFormat('en')
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const wallTime = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

/** What stands where there is no value. */
export const NONE = '–'

/** A whole number with its thousands grouped. */
export function formatCount(value: number | bigint): string {
  return grouped.format(value)
}

/** A share, 0 to 1, as a percentage; never rounded up to 100%. */
export function formatShare(share: number): string {
  return percent.format(share < 1 ? Math.min(share, 0.999) : share)
}

/** Milliseconds as a duration in its two largest units: `12 s`, `3 min 20 s`, `5 h 12 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return pair(seconds, 60, 'min', 1, 's')
  if (seconds < 86_400) return pair(seconds, 3600, 'h', 60, 'min')
  return pair(seconds, 86_400, 'd', 3600, 'h')
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small)
  const whole = `${formatCount(Math.floor(seconds / large))} ${largeUnit}`
  return rest === 0 ? whole : `${whole} ${rest} ${smallUnit}`
}

/** A delay that is read to a tenth of a second. */
export function formatDelay(ms: number): string {
  if (ms >= 60_000) return formatDuration(ms)
  return `${oneDecimal.format(Math.max(0, ms) / 1000)} s`
}

/** A latency in milliseconds. */
export function formatLatency(ms: number | undefined): string {
  if (ms === undefined) return NONE
  return ms < 1 ? '< 1 ms' : `${formatCount(Math.round(ms))} ms`
}

/** Time of day by the reader's own clock. */
export function formatTime(unixMs: number): string {
  return wallTime.format(unixMs)
}

/** A long identifier's two ends, when it is long. */
export function shorten(value: string, head: number, tail: number): string {
  return value.length <= head + tail + 1 ? value : `${value.slice(0, head)}…${value.slice(-tail)}`
}

/** A fork's name as a proper noun. */
export function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** An error's message without the code at its end: the page shows the code apart. */
export function withoutCode({ code, message }: { readonly code: string; readonly message: string }): string {
  const suffix = ` [${code}]`
  return message.endsWith(suffix) ? message.slice(0, -suffix.length) : message
}
