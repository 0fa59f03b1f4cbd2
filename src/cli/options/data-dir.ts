import type { Chain } from '../../chain/index.ts'
import { openStorage } from '../../network/index.ts'
import type { NetworkOptions } from '../../network/types.ts'

/** How `parseArgs` is to read where things are kept. */
export const dataDirOptions = { 'data-dir': { type: 'string' } } as const

/** The option that says where things are kept, for the help. */
export const dataDirHelp = `  --data-dir DIR       folder in which identity, address book, bans and the verified head outlive the program; for one that runs
                       at a time. Default: they do not`

/** The storage that the option names, open: anyone who asked closes it. @throws LamparaError `storage_unavailable`, `storage_in_use` */
export async function openDataDir(
  chain: Chain,
  directory: string | undefined,
): Promise<Pick<NetworkOptions, 'storage'>> {
  return directory === undefined ? {} : { storage: await openStorage(chain, { directory }) }
}
