import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { Log } from './create-log.ts'

/**
 * libp2p's lines as lines of a log: errors at `debug`, all others at `trace`, without their stack traces.
 *
 * @returns undefined where none of them would be written: a logger costs memory for each connection
 */
export function libp2pLogger(log: Log): ComponentLogger | undefined {
  if (!log.isWritten('debug')) return undefined
  function loggerOf(name: string): Logger {
    const trace = (formatter: unknown, ...args: unknown[]): void => log.trace(name, formatted(formatter, args))
    return Object.assign(log.isWritten('trace') ? trace : () => {}, {
      enabled: log.isWritten('trace'),
      error: (formatter: unknown, ...args: unknown[]) => log.debug(name, formatted(formatter, args)),
      trace: () => {},
      newScope: (scope: string) => loggerOf(`${name}:${scope}`),
    })
  }
  return { forComponent: loggerOf }
}

/** Fills `%s` and its like. An error stands for its first line. */
function formatted(formatter: unknown, args: readonly unknown[]): string {
  const rest = [...args]
  const text = textOf(formatter).replace(/%[a-zA-Z%]/g, (mark) => (mark === '%%' ? '%' : textOf(rest.shift())))
  return [text, ...rest.map(textOf)].join(' ')
}

function textOf(value: unknown): string {
  const text = value instanceof Error ? value.message : String(value)
  return text.split('\n', 1)[0] ?? ''
}
