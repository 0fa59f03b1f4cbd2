import { chainToConfig, chainToGenesis, type Hex, toHex } from '../../chain/index.ts'
import { encodeJoinDocument, joinDocumentPath } from '../../discovery/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { BeaconBlockHeader } from '../../ssz/index.ts'
import type { ServedChain, ServedHeader } from '../served-chain.ts'
import { parseRoot } from './parameters.ts'
import { json, type RestResponse } from './response.ts'
import type { Route } from './route.ts'

/** What the REST side reports about the node itself. */
export interface NodeIdentity {
  readonly peerId: string
  /** Multiaddrs with `/p2p/…`. */
  readonly addresses: readonly string[]
  /** Its node record, `enr:…`. */
  readonly record: string
  readonly clockOffsetMs: number
}

/** Genesis, configuration, headers, identity and health, and the join document. */
export function nodeRoutes(served: ServedChain, identity: () => NodeIdentity): Route[] {
  const { chain } = served
  return [
    { path: '/eth/v1/beacon/genesis', handle: () => json({ data: genesisOf(served) }) },
    { path: '/eth/v1/config/spec', handle: () => json({ data: chainToConfig(chain) }) },
    { path: '/eth/v1/beacon/headers/:block', handle: ({ parameters }) => header(blockOf(served, parameters.block!)) },
    { path: '/eth/v1/node/identity', handle: () => json({ data: identityOf(identity()) }) },
    { path: '/eth/v1/node/health', handle: () => ({ status: 200, headers: {}, body: '' }) },
    { path: joinDocumentPath, handle: () => joinDocument(served, identity()) },
  ]
}

function genesisOf({ chain }: ServedChain): Record<string, string> {
  const { genesisTime, genesisValidatorsRoot } = chainToGenesis(chain)
  return {
    genesis_time: String(genesisTime),
    genesis_validators_root: genesisValidatorsRoot,
    genesis_fork_version: chain.forks[0]!.version,
  }
}

/** @throws LamparaError `request_invalid`, `resource_unavailable` */
function blockOf(served: ServedChain, id: string): ServedHeader {
  const root = parseRoot(id)
  if (root === undefined && !['head', 'finalized', 'genesis'].includes(id)) {
    throw new LamparaError('request_invalid', 'Invalid block: it is neither head, finalized, genesis nor a root')
  }
  const found = root === undefined ? named(served, id) : served.block(root)
  if (found === undefined) throw new LamparaError('resource_unavailable', 'No such block is known')
  return found
}

function named(served: ServedChain, id: string): ServedHeader | undefined {
  if (id === 'head') return served.head()
  return id === 'finalized' ? served.finalized() : served.genesis()
}

function header({ root, beacon, signature, finalized }: ServedHeader): RestResponse {
  return json({
    execution_optimistic: false,
    finalized,
    data: {
      root,
      canonical: true,
      header: { message: BeaconBlockHeader.toJson(beacon), signature: toHex(signature()) },
    },
  })
}

function identityOf({ peerId, addresses, record }: NodeIdentity): Record<string, unknown> {
  return {
    peer_id: peerId,
    enr: record,
    p2p_addresses: addresses,
    discovery_addresses: [],
    metadata: { seq_number: '0', attnets: zeros(8), syncnets: zeros(1) },
  }
}

function zeros(bytes: number): Hex {
  return toHex(new Uint8Array(bytes))
}

function joinDocument(served: ServedChain, { addresses, record, clockOffsetMs }: NodeIdentity): RestResponse {
  const document = {
    chain: served.chain,
    bootnodes: addresses,
    enrs: [record],
    checkpoint: served.checkpoint(),
    clockOffsetMs,
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: encodeJoinDocument(document) }
}
