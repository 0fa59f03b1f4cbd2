import { slotAtMs } from '../../chain/index.ts'
import type { LightClientState } from '../../light-client/types.ts'
import type { BootnodeFacts } from '../facts.ts'
import type { Bootnode } from '../types.ts'
import { counter, type Family, gauge, type Labels } from './family.ts'
import { networkFamilies } from './network-families.ts'

const states: readonly LightClientState[] = [
  'connecting',
  'bootstrapping',
  'syncing',
  'following',
  'stalled',
  'disconnected',
  'failed',
  'stopped',
]

/** Everything that is reported about a bootnode, at this moment. */
export function bootnodeFamilies(bootnode: Bootnode, facts: BootnodeFacts, version: string): Family[] {
  const { downstream, client } = bootnode
  const siblings = facts.siblings()
  return [
    gauge('lampara_info', 'Version and chain', [[{ version, chain: bootnode.chain.name }, 1]]),
    gauge('lampara_ready', '1 while clients can be served', facts.isReady() ? 1 : 0),
    gauge('lampara_draining', '1 while it ends and takes no new clients', facts.isDraining() ? 1 : 0),
    ...(siblings === undefined
      ? []
      : [gauge('lampara_siblings', 'Bootnodes of the fleet that answered lately', siblings.count)]),
    ...headFamilies(bootnode),
    gauge('lampara_upstream_peers', 'Peers of the upstream network whose Status matched', client.network.status.peers),
    gauge('lampara_clients', 'Clients: peers of the downstream network whose Status matched', downstream.status.peers),
    gauge('lampara_clients_max', 'The most clients at once', facts.maxClients),
    counter('lampara_relayed_total', 'Verified messages published to clients', bootnode.counts.relayed),
    counter('lampara_relay_recipients_total', 'Clients that they were sent to', bootnode.counts.recipients),
    counter('lampara_relay_failures_total', 'Publications that failed', bootnode.counts.failed),
    ...networkFamilies([
      ['upstream', client.network.metrics],
      ['downstream', downstream.metrics],
    ]),
    ...tunnelFamilies(bootnode),
    ...relayFamilies(bootnode),
    ...certificateFamilies(bootnode),
  ]
}

function headFamilies({ chain, client }: Bootnode): Family[] {
  const { status, network } = client
  const { optimistic, finalized } = status
  const nowMs = network.clock.now()
  const heads = Object.entries({ optimistic, finalized }).flatMap(([kind, head]) =>
    head === undefined ? [] : [[{ kind }, head] as const],
  )
  const of = (value: (head: (typeof heads)[number][1]) => number) =>
    heads.map(([labels, head]): readonly [Labels, number] => [labels, value(head)])
  return [
    gauge(
      'lampara_state',
      '1 for the state of the light client that follows the chain',
      states.map((state) => [{ state }, status.state === state ? 1 : 0]),
    ),
    gauge('lampara_clock_slot', 'The slot of the chain by the clock', slotAtMs(chain, nowMs)),
    gauge(
      'lampara_head_slot',
      'Slot of the verified head',
      of(({ slot }) => slot),
    ),
    gauge(
      'lampara_head_age_seconds',
      'Time since the slot of the verified head began',
      of(({ slotStartMs }) => Math.max(0, nowMs - slotStartMs) / 1000),
    ),
    gauge(
      'lampara_head_participation_ratio',
      'Share of the sync committee that signed the head',
      of(({ participation }) => participation),
    ),
  ]
}

function labelled(label: string, counts: Readonly<Record<string, number>>): (readonly [Labels, number])[] {
  return Object.entries(counts).map(([key, value]) => [{ [label]: key }, value])
}

function tunnelFamilies({ tunnelCounts: counts }: Bootnode): Family[] {
  if (counts === undefined) return []
  return [
    gauge('lampara_tunnels', 'Tunnels that are open', counts.live),
    gauge('lampara_tunnels_dialing', 'Tunnels whose target is being dialed', counts.dialing),
    counter('lampara_tunnels_opened_total', 'Tunnels opened', counts.opened),
    counter('lampara_tunnel_refusals_total', 'Tunnels refused, by reason', labelled('reason', counts.refused)),
    counter('lampara_tunnel_ends_total', 'Tunnels that ended, by reason', labelled('reason', counts.ended)),
    counter('lampara_tunnel_bytes_total', 'Bytes through tunnels', [
      [{ direction: 'to_targets' }, counts.bytesToTargets],
      [{ direction: 'to_clients' }, counts.bytesToClients],
    ]),
  ]
}

function relayFamilies({ relayCounts: counts }: Bootnode): Family[] {
  if (counts === undefined) return []
  return [
    gauge('lampara_circuit_relay_reservations', 'Clients that others can reach', counts.reservations),
    counter('lampara_circuit_relay_connections_total', 'Connections relayed', counts.connected),
    counter('lampara_circuit_relay_refusals_total', 'Connections refused', counts.refused),
  ]
}

function certificateFamilies({ certificate }: Bootnode): Family[] {
  if (certificate === undefined) return []
  return [
    gauge('lampara_certificate_expiry_timestamp_seconds', 'When the certificate ends', certificate.validUntilMs / 1000),
    gauge(
      'lampara_certificate_error',
      '1 while the files hold a certificate that cannot be used',
      certificate.error === undefined ? 0 : 1,
    ),
  ]
}
