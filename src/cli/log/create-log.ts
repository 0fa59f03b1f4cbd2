import { escapeText } from '../../errors/index.ts'

/** Levels of a log, the gravest first. */
export const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const
/** How grave a line is. */
export type LogLevel = (typeof logLevels)[number]

/** Formats of a line. */
export const logFormats = ['text', 'json'] as const
/** `text` for people; `json`: one object a line. */
export type LogFormat = (typeof logFormats)[number]

/** Facts of a line beside its message. Undefined ones are left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/**
 * Writes one line.
 *
 * @param type - what happened, a word that programs filter by; lines are rate-limited by it
 */
type WriteLine = (type: string, message: string, fields?: LogFields) => void

/** A structured log with levels. */
export interface Log extends Readonly<Record<LogLevel, WriteLine>> {
  readonly level: LogLevel
  /** True when lines of the level are written. */
  isWritten(level: LogLevel): boolean
}

/** Options of `createLog()`. */
export interface LogOptions {
  /** @default 'info' */
  readonly level?: LogLevel
  /** @default 'text' */
  readonly format?: LogFormat
  /** Unix milliseconds. */
  now(): number
  /** Takes a line without its end. */
  write(line: string): void
  /** Lines of one type in a minute; the next one says how many were left out. Errors are never left out. @default 20 */
  readonly maxPerMinute?: number
}

const WINDOW_MS = 60_000
const DEFAULT_MAX_PER_MINUTE = 20
/** Types are words of this program, those of libp2p's components included. */
const MAX_TYPES = 256
/** Longer text of a peer's says nothing more. */
const MAX_TEXT = 2_000

interface Window {
  sinceMs: number
  lines: number
  suppressed: number
}

/** Creates a log: each line has its time (RFC 3339, UTC), level and type. */
export function createLog(options: LogOptions): Log {
  const { level: threshold = 'info', format = 'text', now, write, maxPerMinute = DEFAULT_MAX_PER_MINUTE } = options
  const windows = new Map<string, Window>()
  const isWritten = (level: LogLevel): boolean => logLevels.indexOf(level) <= logLevels.indexOf(threshold)

  /** How many lines of the type were left out before this one; undefined when this one is left out, too. */
  function suppressedBefore(level: LogLevel, type: string): number | undefined {
    const nowMs = now()
    let window = windows.get(type)
    if (window === undefined) {
      if (windows.size >= MAX_TYPES) windows.clear()
      window = { sinceMs: nowMs, lines: 0, suppressed: 0 }
      windows.set(type, window)
    }
    if (nowMs - window.sinceMs >= WINDOW_MS || nowMs < window.sinceMs) {
      window.sinceMs = nowMs
      window.lines = 0
    }
    if (window.lines >= maxPerMinute && level !== 'error') {
      window.suppressed++
      return undefined
    }
    window.lines++
    const { suppressed } = window
    window.suppressed = 0
    return suppressed
  }

  function line(level: LogLevel): WriteLine {
    return (type, message, fields = {}) => {
      if (!isWritten(level)) return
      const suppressed = suppressedBefore(level, type)
      if (suppressed === undefined) return
      const told: LogFields = { ...fields, ...(suppressed > 0 && { suppressed }) }
      const time = new Date(now()).toISOString()
      write(format === 'json' ? jsonLine(time, level, type, message, told) : textLine(time, level, message, told))
    }
  }

  return {
    level: threshold,
    isWritten,
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    trace: line('trace'),
  }
}

function jsonLine(time: string, level: LogLevel, type: string, message: string, fields: LogFields): string {
  return escapeText(JSON.stringify({ time, level, type, message: message.slice(0, MAX_TEXT), ...fields }))
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const told = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${valueText(value)}`],
  )
  const text = [message.slice(0, MAX_TEXT), ...told].map(escapeText).join('  ')
  return `${time} ${level.toUpperCase().padEnd(5)} ${text}`
}

function valueText(value: NonNullable<LogFields[string]>): string {
  const text = typeof value === 'object' ? value.join(',') : String(value)
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text)
}
