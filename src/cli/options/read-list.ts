import type { Chain } from '../../chain/index.ts'
import { messageOf } from '../../errors/index.ts'
import { bootstrapList } from '../../network/index.ts'
import { readUpTo } from './read-up-to.ts'
import { usageError } from './usage.ts'

/** What `bootstrapList()` takes at most. */
const MAX_BYTES = 1024 * 1024

/**
 * Reads a file of peers to begin with.
 *
 * @param warn - told a line for each entry that cannot be used
 * @throws LamparaError `invalid_argument` where the file cannot be read, or nothing in it can be used
 */
export async function readList(command: string, file: string, chain: Chain, warn: (line: string) => void) {
  try {
    const text = await readUpTo(file, MAX_BYTES)
    return bootstrapList(text, { name: file, chain, onSkipped: (_, error) => warn(`${file}: ${messageOf(error)}`) })
  } catch (error) {
    throw usageError(command, `--list "${file}" cannot be used: ${messageOf(error)}`)
  }
}
