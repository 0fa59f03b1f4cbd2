import { chainToConfig, chainToGenesis, type Hex, toHex } from '../../chain/index.ts'
import { encodeJoinDocument, joinDocumentPath } from '../../discovery/index.ts'
import type { ServedChain } from '../served-chain.ts'
import { blockRoutes } from './block-routes.ts'
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

/** Genesis, configuration, blocks, identity and health, and the join document. */
export function nodeRoutes(served: ServedChain, identity: () => NodeIdentity): Route[] {
  const { chain } = served
  return [
    { path: '/eth/v1/beacon/genesis', handle: () => json({ data: genesisOf(served) }) },
    { path: '/eth/v1/config/spec', handle: () => json({ data: chainToConfig(chain) }) },
    ...blockRoutes(served),
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
