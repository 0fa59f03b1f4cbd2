import { LamparaError } from '../../errors/index.ts'
import type { Handler, Protocol, ReqResp } from '../../reqresp/types.ts'
import type { Clock } from '../../streams/clock.ts'
import type { LightClientMethod, Persona } from './personas.ts'
import { createQuotaMeter } from './quota.ts'

/** A refusal is sent before the peer is banned. */
const BAN_AFTER_MS = 250

/** What a persona does to peers. */
export interface PersonaWitness {
  /** A request was refused for being too much. */
  onRefused(peer: string, method: string): void
  ban(peer: string, reason: string): void
}

/** Serves methods under the quotas of a persona, instead of the rate limits that delay. */
export function limitRequests(reqresp: ReqResp, persona: Persona, clock: Clock, witness: PersonaWitness): ReqResp {
  const { quotas, bansBeyondQuota } = persona

  function refuse(peer: string, method: string): never {
    witness.onRefused(peer, method)
    if (bansBeyondQuota) clock.setTimer(() => witness.ban(peer, `it asks for ${method} too often`), BAN_AFTER_MS)
    throw new LamparaError('rate_limited', `Cannot serve ${method}: rate limited`)
  }

  return {
    request: reqresp.request,
    serve<Request, Response>(protocol: Protocol<Request, Response>, handler: Handler<Request, Response>) {
      const quota = quotas[protocol.name as LightClientMethod]
      if (quota === undefined) return reqresp.serve(protocol, handler)
      const { inboundRateLimit: _, ...unlimited } = protocol
      const meter = createQuotaMeter(quota, clock)
      return reqresp.serve<Request, Response>(unlimited, (request, context) => {
        const objects = protocol.cost?.(request) ?? 1
        return meter.take(context.peer, objects) ? handler(request, context) : refuse(context.peer, protocol.name)
      })
    },
  }
}
