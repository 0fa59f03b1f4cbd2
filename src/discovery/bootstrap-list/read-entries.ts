import { LamparaError } from '../../errors/index.ts'

/** Far more than any network publishes. */
const MAX_ENTRIES = 1024
const MAX_TEXT_LENGTH = 1024 * 1024

/** A comment as YAML has it: at the beginning of a line or after a space. */
const COMMENT = /(^|\s)#.*$/gm
/** What stands between entries, as lines, as a YAML list in either style, or as JSON. */
const BETWEEN = /[\s,[\]"']+/

/**
 * The entries of a list: one a line, in YAML's lists (as in the `bootstrap_nodes.yaml` that networks publish) or in JSON's. An entry
 * itself has no spaces, commas, quotes or brackets.
 *
 * @throws LamparaError `invalid_argument` for more than 1,024 entries, or a text of more than 1 MiB
 */
export function readEntries(list: string | readonly string[]): readonly string[] {
  if (typeof list !== 'string') return bounded(list)
  if (list.length > MAX_TEXT_LENGTH) throw tooLong(`${list.length} characters`, MAX_TEXT_LENGTH)
  const entries = list.replace(COMMENT, '').split(BETWEEN)
  return bounded(entries.filter((entry) => entry !== '' && entry !== '-'))
}

function bounded(entries: readonly string[]): readonly string[] {
  if (entries.length > MAX_ENTRIES) throw tooLong(`${entries.length} entries`, MAX_ENTRIES)
  return entries
}

function tooLong(what: string, most: number): LamparaError {
  return new LamparaError('invalid_argument', `Cannot read a bootstrap list: ${what} are more than ${most}`)
}
