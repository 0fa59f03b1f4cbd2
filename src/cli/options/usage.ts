import { LamparaError } from '../../errors/index.ts'

/** A complaint about the command line, which ends the command with status 2. */
export function usageError(command: string, what: string): LamparaError {
  return new LamparaError('invalid_argument', `${what}. Try: lampara ${command} --help`)
}
