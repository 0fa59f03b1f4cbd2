import { readFile } from 'node:fs/promises'
import { escapeText, isLamparaError, messageOf } from '../errors/index.ts'
import { type Command, commands } from './commands.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'
import { safeIo } from './safe-io.ts'

/**
 * Runs `lampara` on its arguments.
 *
 * @param table - the commands; the real ones unless a test has others
 * @returns the exit status. Never throws: what goes wrong is told on stderr, in words
 */
export async function runProgram(
  argv: readonly string[],
  io: CliIo,
  table: Readonly<Record<string, Command>> = commands,
): Promise<number> {
  const [name, ...rest] = argv
  if (name === '--help' || name === '-h') {
    io.stdout(helpText(table))
    return exitStatus.ok
  }
  if (name === '--version' || name === '-v') {
    io.stdout(await version())
    return exitStatus.ok
  }
  const command = name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
  if (command === undefined) {
    io.stderr(
      name === undefined ? helpText(table) : `lampara: there is no command "${escapeText(name)}". Try: lampara --help`,
    )
    return exitStatus.usage
  }
  try {
    const { run } = await command.load()
    return await run(rest, safeIo(io))
  } catch (error) {
    return complain(`lampara ${name}`, error, io)
  }
}

function complain(who: string, error: unknown, io: CliIo): number {
  if (io.signal.aborted && (error === io.signal.reason || isLamparaError(error, 'aborted'))) return exitStatus.aborted
  io.stderr(`${who}: ${messageOf(error)}`)
  return isLamparaError(error, 'invalid_argument') ? exitStatus.usage : exitStatus.failure
}

function helpText(table: Readonly<Record<string, Command>>): string {
  const width = Math.max(...Object.keys(table).map((name) => name.length))
  const lines = Object.entries(table).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'Lampara: Ethereum light clients on the beacon chain’s own network',
    '',
    'Usage: lampara COMMAND [OPTIONS]',
    '',
    ...lines,
    '',
    'lampara COMMAND --help tells more about one. lampara --version prints the version.',
  ].join('\n')
}

async function version(): Promise<string> {
  // Beside both src and dist.
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
