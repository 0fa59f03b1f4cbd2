import { systemClock } from '../../streams/clock.ts'
import type { CliIo } from '../io.ts'
import { createLog, type Log, type LogFormat, type LogLevel, logFormats, logLevels } from '../log/create-log.ts'
import { usageError } from './usage.ts'

/** How `parseArgs` is to read the options of a log. */
export const logOptions = {
  'log-level': { type: 'string', default: 'info' },
  'log-format': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** The options of a log, for the help. */
export const logHelp = `  --log-level LEVEL    ${logLevels.join(', ')}. libp2p's own errors come with debug, the rest of it with trace.
                       Default: info
  --log-format FORMAT  ${logFormats.join(' or ')}. Default: text
  --json               as --log-format json`

/** How a log is to be written. */
export interface LogSettings {
  readonly level: LogLevel
  readonly format: LogFormat
}

/** @throws LamparaError `invalid_argument` */
export function readLogSettings(
  command: string,
  values: { readonly 'log-level': string; readonly 'log-format'?: string | undefined; readonly json: boolean },
): LogSettings {
  return {
    level: oneOf(command, '--log-level', logLevels, values['log-level']),
    format: oneOf(command, '--log-format', logFormats, values['log-format'] ?? (values.json ? 'json' : 'text')),
  }
}

function oneOf<Word extends string>(command: string, option: string, words: readonly Word[], text: string): Word {
  const word = words.find((known) => known === text)
  if (word === undefined) throw usageError(command, `${option} "${text}" is not one of ${words.join(', ')}`)
  return word
}

/** A log on standard output, with the machine's own time: a replayed chain's is another. */
export function openLog(settings: LogSettings, io: Pick<CliIo, 'stdout'>): Log {
  return createLog({ ...settings, now: () => systemClock.now(), write: (line) => io.stdout(line) })
}
