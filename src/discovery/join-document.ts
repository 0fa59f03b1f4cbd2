import {
  type Chain,
  type ConfigValues,
  chainToConfig,
  chainToGenesis,
  createChain,
  fromHex,
  type GenesisValues,
  type Hex,
  hoodi,
  mainnet,
  sepolia,
  toHex,
} from '../chain/index.ts'
import { isLamparaError, LamparaError, messageOf } from '../errors/index.ts'
import type { Clock } from '../streams/clock.ts'
import { parsePeerAddress } from './addresses.ts'
import { readJson } from './read-json.ts'

/** Where a bootnode's join document is found (RFC 8615). */
export const joinDocumentPath = '/.well-known/lampara.json'

/** Far more than a chain's configuration and its addresses take. */
const MAX_DOCUMENT_BYTES = 256 * 1024
const MAX_BOOTNODES = 64
const MAX_RECORDS = 64
const FETCH_TIMEOUT_MS = 10_000
/** A replayed chain may lie years back; beyond a century it is a mistake. */
const MAX_CLOCK_OFFSET_MS = 100 * 365 * 24 * 60 * 60 * 1000

const wellKnownChains: readonly Chain[] = [mainnet, sepolia, hoodi]

/** What a bootnode publishes so that one address is enough to join its network. Nothing in it is trusted but what the user compares. */
export interface JoinDocument {
  readonly chain: Chain
  /** Multiaddrs of bootnodes, each with `/p2p/…`: of a fleet, those of the one that served the document come first. */
  readonly bootnodes: readonly string[]
  /** Peer id of the bootnode that served it, by which its own addresses are told from those of its siblings. */
  readonly peerId?: string
  /** Node records (`enr:…`) of nodes to dial or to begin discv5 with, none of them checked. */
  readonly enrs?: readonly string[]
  /** A recent finalized block root: a hint, which only the user can turn into trust. */
  readonly checkpoint?: Hex
  /** How far the chain's own time is ahead of the world's: not 0 where recorded data is replayed. */
  readonly clockOffsetMs: number
}

/** Options of `fetchJoinDocument()`. */
export interface FetchJoinDocumentOptions {
  readonly signal?: AbortSignal | undefined
  /** Measures the time limit of 10 s. */
  readonly clock?: Clock | undefined
}

/**
 * Where the join document of an address is: the address itself when its path ends with `.json`, else the well-known path below it.
 *
 * @throws LamparaError `address_invalid` when it is not a http or https URL
 */
export function joinDocumentUrl(address: string): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch (cause) {
    throw new LamparaError('address_invalid', `Cannot use join address "${address}": it is no URL`, { cause })
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new LamparaError('address_invalid', `Cannot use join address "${address}": it is neither http nor https`)
  }
  if (!url.pathname.endsWith('.json')) url.pathname = url.pathname.replace(/\/+$/, '') + joinDocumentPath
  return url
}

/**
 * Fetches a bootnode's join document.
 *
 * @param url - the bootnode's base URL, or the document's own
 * @throws LamparaError `address_invalid` for a bad URL; `bootnodes_unreachable` when nothing was got within 10 s;
 * `join_document_invalid` when what was got is no join document or is longer than 256 KiB; the signal's reason
 */
export async function fetchJoinDocument(url: string, options: FetchJoinDocumentOptions = {}): Promise<JoinDocument> {
  const location = joinDocumentUrl(url)
  const { signal, clock } = options
  let json: unknown
  try {
    json = await readJson(location, { clock, signal, timeoutMs: FETCH_TIMEOUT_MS, maxBytes: MAX_DOCUMENT_BYTES })
  } catch (cause) {
    signal?.throwIfAborted()
    const bad = isLamparaError(cause, 'json_invalid') || isLamparaError(cause, 'length_out_of_bounds')
    const code = bad ? 'join_document_invalid' : 'bootnodes_unreachable'
    throw new LamparaError(code, `Cannot get join document: ${messageOf(cause)}`, { cause })
  }
  try {
    return parseJoinDocument(json)
  } catch (cause) {
    throw new LamparaError('join_document_invalid', `${messageOf(cause)} (from ${location})`, { cause })
  }
}

/**
 * Reads a join document.
 *
 * @throws LamparaError `join_document_invalid` saying what is wrong, also when it contradicts a chain that is built in
 */
export function parseJoinDocument(json: unknown): JoinDocument {
  const document = objectOf(json, 'the document')
  const chain = readChain(document.chain)
  const bootnodes = readBootnodes(document.bootnodes)
  const records = readRecords(document.enrs)
  const checkpoint = readCheckpoint(document.checkpoint)
  const peerId = readPeerId(document.peerId)
  const clockOffsetMs = document.clockOffsetMs ?? 0
  if (!Number.isSafeInteger(clockOffsetMs) || Math.abs(clockOffsetMs as number) > MAX_CLOCK_OFFSET_MS) {
    throw invalid('clockOffsetMs is no number of milliseconds')
  }
  return {
    chain,
    bootnodes,
    clockOffsetMs: clockOffsetMs as number,
    ...(peerId !== undefined && { peerId }),
    ...(records && { enrs: records }),
    ...(checkpoint && { checkpoint }),
  }
}

/** Writes a join document as JSON. A built-in chain goes by its name, any other with configuration and genesis. */
export function encodeJoinDocument(document: JoinDocument): string {
  const { chain, bootnodes, peerId, enrs, checkpoint, clockOffsetMs } = document
  const builtIn = wellKnownChains.some(
    (known) => known.name === chain.name && contradiction(known, chain) === undefined,
  )
  return JSON.stringify({
    chain: builtIn ? chain.name : { config: chainToConfig(chain), genesis: chainToGenesis(chain) },
    bootnodes,
    ...(peerId !== undefined && { peerId }),
    ...(enrs && { enrs }),
    ...(checkpoint && { checkpoint }),
    clockOffsetMs,
  })
}

function readChain(value: unknown): Chain {
  if (value === undefined) throw invalid('it names no chain')
  if (typeof value === 'string') {
    const known = wellKnownChains.find((chain) => chain.name === value)
    if (!known) throw invalid(`the chain "${value.slice(0, 64)}" is not built in and comes without its configuration`)
    return known
  }
  const { config, genesis } = objectOf(value, 'chain')
  let chain: Chain
  try {
    chain = createChain(
      objectOf(config, 'chain.config') as ConfigValues,
      objectOf(genesis, 'chain.genesis') as unknown as GenesisValues,
    )
  } catch (cause) {
    throw invalid(messageOf(cause), cause)
  }
  const known = wellKnownChains.find(({ name }) => name === chain.name)
  if (!known) return chain
  const difference = contradiction(known, chain)
  if (difference) throw invalid(`its ${difference} is not that of ${known.name}`)
  return known
}

/** The first thing in which a chain differs from the built-in one of its name. */
function contradiction(known: Chain, claimed: Chain): string | undefined {
  const compared = [
    'preset',
    'genesisTimeMs',
    'genesisValidatorsRoot',
    'slotDurationMs',
    'syncMessageDueBps',
    'forks',
    'blobSchedule',
    'maxBlobsPerBlockElectra',
  ] as const
  return compared.find((key) => JSON.stringify(known[key]) !== JSON.stringify(claimed[key]))
}

function readBootnodes(value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid('bootnodes is no list')
  if (value.length > MAX_BOOTNODES) throw invalid(`it names more than ${MAX_BOOTNODES} bootnodes`)
  return value.map((address: unknown) => {
    if (typeof address !== 'string') throw invalid('a bootnode is no string')
    try {
      parsePeerAddress(address)
    } catch (cause) {
      throw invalid(messageOf(cause), cause)
    }
    return address
  })
}

/** It names nobody to trust: only which of the addresses are whose. */
function readPeerId(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && /^[A-Za-z0-9]{1,128}$/.test(value)) return value
  throw invalid('peerId is not a peer id')
}

/** Anyone who uses one checks its signature: a page, which mostly does not, need not bring what that takes. */
function readRecords(value: unknown): string[] | undefined {
  if (value === undefined) return undefined
  const isRecord = (record: unknown): boolean => typeof record === 'string' && record.startsWith('enr:')
  if (Array.isArray(value) && value.length <= MAX_RECORDS && value.every(isRecord)) return value
  throw invalid(`enrs is not a list of up to ${MAX_RECORDS} node records`)
}

function readCheckpoint(value: unknown): Hex | undefined {
  if (value === undefined || value === null) return undefined
  try {
    return toHex(fromHex(String(value), 32))
  } catch (cause) {
    throw invalid('checkpoint is no block root', cause)
  }
}

function objectOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is no object`)
  return value as Readonly<Record<string, unknown>>
}

function invalid(reason: string, cause?: unknown): LamparaError {
  return new LamparaError('join_document_invalid', `Cannot use join document: ${reason}`, { cause })
}
