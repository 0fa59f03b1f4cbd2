import { type Chain, forkAtSlot } from '../../chain/index.ts'
import { LamparaError } from '../../errors/index.ts'
import { MAX_REQUEST_LIGHT_CLIENT_UPDATES } from '../../light-client/serving/serve.ts'
import {
  contextSlotOf,
  encodeLightClientObject,
  encodeUpdateStream,
  type LightClientObject,
  lightClientObjectToJson,
} from '../../ssz/index.ts'
import type { ServedChain } from '../served-chain.ts'
import { decimalOf, rootOf } from './parameters.ts'
import { inFormat, json, octets, type RestResponse } from './response.ts'
import type { Route, RouteRequest } from './route.ts'

/** The four light-client endpoints of the Beacon API, in JSON or, by the Accept header, SSZ. */
export function lightClientRoutes({ chain, data }: ServedChain): Route[] {
  const base = '/eth/v1/beacon/light_client'
  return [
    { path: `${base}/bootstrap/:root`, handle: (request) => one(chain, data.bootstrap(rootOf(request)), request) },
    { path: `${base}/finality_update`, handle: (request) => one(chain, data.finalityUpdate(), request) },
    { path: `${base}/optimistic_update`, handle: (request) => one(chain, data.optimisticUpdate(), request) },
    { path: `${base}/updates`, handle: (request) => many(chain, updatesOf(data, request), request) },
  ]
}

function updatesOf(data: ServedChain['data'], { query }: RouteRequest): LightClientObject<'update'>[] {
  const start = decimalOf(query, 'start_period')
  const count = Math.min(decimalOf(query, 'count'), MAX_REQUEST_LIGHT_CLIENT_UPDATES)
  const updates: LightClientObject<'update'>[] = []
  // Counted from the start: near 2^53 a period plus one is the same number again.
  for (let offset = 0; offset < count; offset++) {
    const update = data.update(start + offset)
    if (update !== undefined) updates.push(update)
    else if (updates.length > 0) break
  }
  return updates
}

function one(chain: Chain, object: LightClientObject | undefined, request: RouteRequest): RestResponse {
  if (object === undefined) throw new LamparaError('resource_unavailable', 'No such light-client data is available')
  return inFormat(request.accept, (format) => {
    const version = versionOf(chain, object)
    const headers = { 'eth-consensus-version': version }
    return format === 'ssz'
      ? octets(encodeLightClientObject(chain, object), headers)
      : json({ version, data: lightClientObjectToJson(chain, object) }, headers)
  })
}

function many(chain: Chain, updates: readonly LightClientObject<'update'>[], request: RouteRequest): RestResponse {
  return inFormat(request.accept, (format) =>
    format === 'ssz'
      ? octets(encodeUpdateStream(chain, updates))
      : json(
          updates.map((update) => ({
            version: versionOf(chain, update),
            data: lightClientObjectToJson(chain, update),
          })),
        ),
  )
}

function versionOf(chain: Chain, object: LightClientObject): string {
  return forkAtSlot(chain, contextSlotOf(object)).name
}
