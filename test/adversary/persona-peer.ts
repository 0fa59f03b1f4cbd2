import { fromHex } from '../../src/chain/index.ts'
import { limitHistory } from '../../src/devnet/persona/limit-history.ts'
import { limitRequests } from '../../src/devnet/persona/limit-requests.ts'
import { type PersonaName, personas } from '../../src/devnet/persona/personas.ts'
import type { ServedChain, ServedHeader } from '../../src/devnet/served-chain.ts'
import { isLamparaError } from '../../src/errors/index.ts'
import { serveLightClientData } from '../../src/light-client/index.ts'
import type { Handler, ReqResp } from '../../src/reqresp/types.ts'
import type { LightClientObject } from '../../src/ssz/index.ts'
import type { Clock } from '../../src/streams/clock.ts'
import type { Answer, RemotePeer } from './fake-reqresp.ts'
import type { HonestChain } from './honest-chain.ts'

/** What a peer with a persona did to the client. */
export interface PersonaLog {
  /** Methods asked for, as they came: `light_client_updates_by_range 3`, with the count. */
  readonly asked: string[]
  readonly refused: string[]
  readonly bans: string[]
}

export interface PersonaPeer {
  readonly peer: RemotePeer
  readonly log: PersonaLog
}

/** A peer in memory that answers by the very code of a devnet with that persona. */
export function createPersonaPeer(
  name: PersonaName,
  honest: HonestChain,
  clock: Clock,
  currentSlot: () => number,
): PersonaPeer {
  const persona = personas[name]
  const handlers = new Map<string, Handler<unknown, unknown>>()
  const log: PersonaLog = { asked: [], refused: [], bans: [] }
  const reqresp = {
    serve: ({ name: method }, handler) => {
      handlers.set(method, handler as Handler<unknown, unknown>)
      return () => handlers.delete(method)
    },
  } as Partial<ReqResp> as ReqResp
  const witness = {
    onRefused: (_peer: string, method: string) => void log.refused.push(method),
    ban: (_peer: string, reason: string) => void log.bans.push(reason),
  }
  serveLightClientData(
    limitRequests(reqresp, persona, clock, witness),
    limitHistory(
      servedAt(honest, () => currentSlot() - 1),
      persona,
    ),
  )

  async function answer({ protocol, request }: { protocol: string; request: unknown }): Promise<Answer> {
    const { count } = (request ?? {}) as { count?: number }
    log.asked.push(count === undefined ? protocol : `${protocol} ${count}`)
    const chunks: { afterMs: number; object: LightClientObject }[] = []
    try {
      const signal = new AbortController().signal
      for await (const object of handlers.get(protocol)!(request, { peer: 'client', signal })) {
        chunks.push({ afterMs: 0, object: object as LightClientObject })
      }
      return { chunks }
    } catch (error) {
      if (isLamparaError(error, 'rate_limited')) return { chunks, ends: 'rate_limited' }
      if (isLamparaError(error, 'resource_unavailable')) return { chunks, ends: 'resource_unavailable' }
      throw error
    }
  }

  return { peer: { id: name, path: name, honest: true, roundTripMs: 40, answer }, log }
}

function servedAt(honest: HonestChain, slot: () => number): ServedChain {
  const { chain } = honest
  const headerOf = (at: number): ServedHeader => ({ beacon: { slot: at } }) as ServedHeader
  return {
    chain,
    data: {
      bootstrap: honest.bootstrap,
      update: (period) => honest.update(period, slot()),
      finalityUpdate: () => honest.newest('finality_update', slot()),
      optimisticUpdate: () => honest.newest('optimistic_update', slot()),
    },
    head: () => headerOf(slot()),
    finalized: () => headerOf(honest.finalizedBySlot(honest.checkpoint(slot())) ?? 0),
    status: () => ({ finalizedRoot: fromHex(honest.checkpoint(slot())) }) as never,
  } as Partial<ServedChain> as ServedChain
}
