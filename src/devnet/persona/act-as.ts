import { serveLightClientData } from '../../light-client/index.ts'
import type { Network, NetworkOptions } from '../../network/types.ts'
import type { LightClientData, ServedChain } from '../served-chain.ts'
import type { DevnetEvent } from '../types.ts'
import { findPersona } from './find-persona.ts'
import { limitHistory } from './limit-history.ts'
import { limitRequests } from './limit-requests.ts'
import { openGossipAtOnce } from './open-gossip-at-once.ts'
import type { Persona, PersonaName } from './personas.ts'

/** What a beacon node with a persona is made of. */
export interface ActingPersona {
  readonly persona: Persona
  /** Options of its network, beside its own. */
  readonly networkOptions: Pick<NetworkOptions, 'services' | 'colocation'>
  /** Serves what the node has. @returns that, and how to stop */
  serve(network: Network, served: ServedChain): { readonly data: LightClientData; readonly stop: () => void }
}

/** Prepares a node that behaves as one of the personas. @throws LamparaError `invalid_argument` for an unknown one */
export function actAs(name: PersonaName, emit: (event: DevnetEvent) => void): ActingPersona {
  const persona = findPersona(name)
  const { colocation, opensGossipAtOnce } = persona
  let report: Network['report'] | undefined

  function ban(peer: string, reason: string): void {
    report?.(peer, 'fatal', reason)
    emit({ type: 'banned', peer, reason })
  }

  return {
    persona,
    networkOptions: {
      ...(colocation !== undefined && { colocation }),
      ...(opensGossipAtOnce && {
        services: { persona: openGossipAtOnce((peer) => ban(peer, 'it refuses a gossip stream')) },
      }),
    },
    serve(network, served) {
      report = network.report
      const onRefused = (peer: string, method: string): void => emit({ type: 'refused', peer, method })
      const data = limitHistory(served, persona)
      const reqresp = limitRequests(network.reqresp, persona, network.clock, { onRefused, ban })
      return { data, stop: serveLightClientData(reqresp, data) }
    },
  }
}
