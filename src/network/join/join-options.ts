import type { Chain, Hex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import type { KeyValueStorage } from '../../platform/storage.ts'
import { storageWithTimeout } from '../../platform/storage-timeout.ts'
import { raceSignal } from '../../streams/abort.ts'
import { type Clock, offsetClock, systemClock } from '../../streams/clock.ts'
import type { JoinNetworkOptions } from '../types.ts'
import { type JoinFacts, type JoinSource, joinUrls, readJoinDocuments } from './read-documents.ts'
import { joinLocation, readStoredJoin } from './stored-join.ts'

/** What join documents give for the options that were left out. */
export interface JoinedOptions {
  readonly chain: Chain
  readonly clock: Clock
  readonly bootnodes: readonly string[]
  readonly storage?: KeyValueStorage
  readonly joined?: JoinSource
}

/**
 * Reads join documents, and puts what they say where an option was left out.
 *
 * @returns the options of a network, and the checkpoint that the documents name
 * @throws LamparaError as `readJoinDocuments()`; as the function that opens the storage does; the signal's reason
 */
export async function joinedOptions<Options extends JoinNetworkOptions>(
  given: Options,
): Promise<{
  readonly options: Omit<Options, 'join' | keyof JoinedOptions> & JoinedOptions
  readonly checkpoint: Hex | undefined
}> {
  const { join, storage: _, ...others } = given
  const { signal } = given
  const urls = joinUrls(join)
  const facts = await readOrRemember(given, urls)
  const chain = given.chain ?? facts.chain
  const storage = await openFor(chain, given.storage, signal)
  const bootnodes = given.bootnodes ?? facts.bootnodes
  return {
    options: {
      ...(others as Omit<Options, 'join' | keyof JoinedOptions>),
      chain,
      clock: given.clock ?? (facts.clockOffsetMs === 0 ? systemClock : offsetClock(facts.clockOffsetMs)),
      bootnodes,
      ...(storage && { storage }),
      // Where the bootnodes are given by hand there is nothing to read again.
      ...(given.bootnodes === undefined && { joined: { urls, facts } }),
    },
    checkpoint: facts.checkpoint,
  }
}

/** What the documents say; where none can be read, what they said when a bootnode of theirs was last connected. */
async function readOrRemember(given: JoinNetworkOptions, urls: readonly string[]): Promise<JoinFacts> {
  const { chain, clock, signal } = given
  try {
    return await readJoinDocuments(urls, { signal, clock, chain })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof LamparaError && error.code === 'chain_mismatch') throw error
    const storage = await openFor(chain, given.storage, signal)
    if (storage === undefined) throw error
    const bounded = storageWithTimeout(storage, clock)
    const facts = await readStoredJoin(
      joinLocation(bounded, () => {}),
      urls,
    )
    if (facts === undefined || (chain && chain.genesisValidatorsRoot !== facts.chain.genesisValidatorsRoot)) throw error
    return facts
  }
}

/** A storage that opens by chain needs one: where only the document names it, there is none before. */
async function openFor(
  chain: Chain | undefined,
  storage: JoinNetworkOptions['storage'],
  signal: AbortSignal | undefined,
): Promise<KeyValueStorage | undefined> {
  if (typeof storage !== 'function') return storage
  return chain && raceSignal(Promise.resolve(storage(chain)), signal)
}
