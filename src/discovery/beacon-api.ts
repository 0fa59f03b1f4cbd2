import { type Chain, type ChainOptions, type ConfigValues, createChain, type GenesisValues } from '../chain/index.ts'
import { LamparaError } from '../errors/index.ts'
import { linkSignals } from '../streams/abort.ts'
import type { Clock } from '../streams/clock.ts'
import { apiUrl, shownUrl } from './api-url.ts'
import { readJson } from './read-json.ts'

/** For both answers, which are asked for at once. */
const TIMEOUT_MS = 10_000
/** A configuration takes some 10 KB. */
const MAX_CONFIG_BYTES = 256 * 1024
const MAX_GENESIS_BYTES = 16 * 1024

/** Options of `fromBeaconApi()`. */
export interface FromBeaconApiOptions extends ChainOptions {
  readonly signal?: AbortSignal | undefined
  /** Measures the time limit of 10 s. */
  readonly clock?: Clock | undefined
}

/**
 * Makes the chain that a beacon node is on, from its Beacon API (`/eth/v1/config/spec`, `/eth/v1/beacon/genesis`).
 *
 * What the node says is taken as it is: ask your own. For mainnet, Sepolia and Hoodi take the values that are built in.
 *
 * @param url - the API's base URL, `http://127.0.0.1:5052` say
 * @throws LamparaError `address_invalid` when it is not a http or https URL; `dial_failed` when the node cannot be reached or
 *   answers with a status other than 2xx; `timeout`; `length_out_of_bounds`; `json_invalid` when an answer is no JSON, or
 *   not of the API's form; `config_incomplete`, `config_invalid` as `createChain()`; the signal's reason
 */
export async function fromBeaconApi(url: string, options: FromBeaconApiOptions = {}): Promise<Chain> {
  const { signal, clock, ...chainOptions } = options
  // Once one answer fails, the other is not useful.
  const both = linkSignals(signal)
  const ask = (path: string, maxBytes: number): Promise<Readonly<Record<string, unknown>>> =>
    readData(apiUrl(url, path), { clock, signal: both.signal, timeoutMs: TIMEOUT_MS, maxBytes })
  try {
    const [config, genesis] = await Promise.all([
      ask('eth/v1/config/spec', MAX_CONFIG_BYTES),
      ask('eth/v1/beacon/genesis', MAX_GENESIS_BYTES),
    ])
    return createChain(config as ConfigValues, genesisOf(genesis), chainOptions)
  } finally {
    both.abort()
  }
}

async function readData(...[url, options]: Parameters<typeof readJson>): Promise<Readonly<Record<string, unknown>>> {
  const answer = (await readJson(url, options)) as { readonly data?: unknown } | null
  const data = answer?.data
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Record<string, unknown>
  throw new LamparaError('json_invalid', `Cannot read ${shownUrl(url)}: it has no object "data"`)
}

/** The API's names for what `createChain()` needs; what is missing is told by it. */
function genesisOf(data: Readonly<Record<string, unknown>>): GenesisValues {
  const { genesis_validators_root: genesisValidatorsRoot, genesis_time: genesisTime } = data
  return { genesisValidatorsRoot, genesisTime } as GenesisValues
}
