import { toHex } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { BeaconBlockHeader } from '../../ssz/index.ts'
import type { ServedChain, ServedHeader } from '../served-chain.ts'
import { findBlock } from './find-block.ts'
import { inFormat, json, octets, type RestResponse } from './response.ts'
import type { Route, RouteRequest } from './route.ts'

/** Headers, and whole blocks in JSON or, by the Accept header, SSZ. */
export function blockRoutes(served: ServedChain): Route[] {
  return [
    {
      path: '/eth/v1/beacon/headers/:block',
      handle: ({ parameters }) => header(findBlock(served, parameters.block!)),
    },
    {
      path: '/eth/v2/beacon/blocks/:block',
      handle: (request) => block(findBlock(served, request.parameters.block!), request),
    },
  ]
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

/** @throws LamparaError `resource_unavailable` for a block of recorded data, which has headers only */
function block({ finalized, signedBlock }: ServedHeader, { accept }: RouteRequest): RestResponse {
  const signed = signedBlock?.()
  if (signed === undefined) throw new LamparaError('resource_unavailable', 'Only the header of this block is known')
  const { fork: version } = signed
  const headers = { 'eth-consensus-version': version }
  return inFormat(accept, (format) =>
    format === 'ssz'
      ? octets(signed.toSsz(), headers)
      : json({ version, execution_optimistic: false, finalized, data: signed.toJson() }, headers),
  )
}
