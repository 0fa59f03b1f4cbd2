import type { TunnelStatus } from '../../tunnel/protocol.ts'

/** Why a request led to no tunnel. */
export type RefusalReason =
  | 'request_invalid'
  | 'request_late'
  | 'request_broken'
  | 'target_unknown'
  | 'address_not_public'
  | 'name_not_found'
  | 'target_live'
  | 'target_dials'
  | 'target_identities'
  | 'target_upstream'
  | 'client_live'
  | 'client_dials'
  | 'client_bytes'
  | 'network_live'
  | 'network_dials'
  | 'network_bytes'
  | 'all_live'
  | 'all_dials'
  | 'all_bytes'
  | 'all_dialing'
  | 'unreachable'
  | 'connect_late'
  | 'client_gone'
  | 'stopped'

/** The status that a refused client is told. `request_late` and `stopped` are told nothing. */
export const refusalStatus: Readonly<Record<RefusalReason, TunnelStatus>> = {
  request_invalid: 'invalid',
  request_late: 'timeout',
  request_broken: 'invalid',
  target_unknown: 'refused',
  address_not_public: 'refused',
  name_not_found: 'unreachable',
  target_live: 'busy',
  target_dials: 'busy',
  target_identities: 'busy',
  target_upstream: 'busy',
  client_live: 'overloaded',
  client_dials: 'overloaded',
  client_bytes: 'overloaded',
  network_live: 'overloaded',
  network_dials: 'overloaded',
  network_bytes: 'overloaded',
  all_live: 'overloaded',
  all_dials: 'overloaded',
  all_bytes: 'overloaded',
  all_dialing: 'overloaded',
  unreachable: 'unreachable',
  connect_late: 'timeout',
  client_gone: 'refused',
  stopped: 'overloaded',
}

/** Why a tunnel ended. */
export type TunnelEnd =
  | 'closed'
  | 'client_lost'
  | 'target_lost'
  | 'silent'
  | 'idle'
  | 'lifetime'
  | 'bytes_spent'
  | 'stopped'

/** What a gateway has done so far. All but `live` and `dialing` only grow. */
export interface GatewayMetrics {
  readonly live: number
  readonly dialing: number
  readonly opened: number
  readonly bytesToTargets: number
  readonly bytesToClients: number
  readonly refused: Readonly<Record<RefusalReason, number>>
  readonly ended: Readonly<Record<TunnelEnd, number>>
}

type Mutable<T> = {
  -readonly [Key in keyof T]: T[Key] extends number ? number : { -readonly [Inner in keyof T[Key]]: number }
}

/** Counts that begin at zero, each reason of them. */
export function createGatewayMetrics(): Mutable<GatewayMetrics> {
  const refused = Object.fromEntries(Object.keys(refusalStatus).map((reason) => [reason, 0]))
  return {
    live: 0,
    dialing: 0,
    opened: 0,
    bytesToTargets: 0,
    bytesToClients: 0,
    refused: refused as Record<RefusalReason, number>,
    ended: {
      closed: 0,
      client_lost: 0,
      target_lost: 0,
      silent: 0,
      idle: 0,
      lifetime: 0,
      bytes_spent: 0,
      stopped: 0,
    },
  }
}
