import type { MethodMetrics, NetworkMetrics } from '../../network/metrics/metrics-types.ts'
import { counter, type Family, gauge, histogram, type Labels } from './family.ts'

/** The networks of a bootnode, by the word that labels them. */
export type NamedNetworks = readonly (readonly [network: string, metrics: NetworkMetrics])[]

/** What two networks have counted. */
export function networkFamilies(networks: NamedNetworks): Family[] {
  function each<Value>(
    samples: (metrics: NetworkMetrics) => readonly (readonly [Labels, Value])[],
  ): readonly (readonly [Labels, Value])[] {
    return networks.flatMap(([network, metrics]) =>
      samples(metrics).map(([labels, value]) => [{ network, ...labels }, value] as const),
    )
  }
  const counts = (label: string, of: (metrics: NetworkMetrics) => Readonly<Record<string, number>>) =>
    each((metrics) => Object.entries(of(metrics)).map(([key, value]) => [{ [label]: key }, value]))
  return [
    gauge(
      'lampara_peers',
      'Peers by direction, transport and state',
      each(({ peers }) =>
        peers.now.map(({ direction, transport, state, count }) => [{ direction, transport, state }, count]),
      ),
    ),
    counter(
      'lampara_peer_events_total',
      'Peers connected, disconnected, banned and discovered',
      counts('event', ({ peers: { now: _, ...events } }) => events),
    ),
    counter(
      'lampara_dials_total',
      'Dials of addresses by outcome',
      each(({ dials }) => [
        [{ outcome: 'succeeded' }, dials.succeeded],
        [{ outcome: 'failed' }, Object.values(dials.failed).reduce((sum, count) => sum + count, 0)],
      ]),
    ),
    counter(
      'lampara_dial_failures_total',
      'Failed dials by reason',
      counts('reason', ({ dials }) => dials.failed),
    ),
    counter(
      'lampara_bytes_total',
      'Bytes of all connections, within encryption',
      counts('direction', ({ bytes }) => bytes),
    ),
    ...gossipFamilies(each),
    ...requestFamilies(each),
    histogram(
      'lampara_verification_duration_seconds',
      'Time to verify a signature, or to sum the keys of a committee',
      each(({ verification }) => Object.entries(verification).map(([kind, value]) => [{ kind }, value])),
    ),
    counter(
      'lampara_limits_exceeded_total',
      'Connections ended or refused because a limit was reached, by cause',
      counts('cause', ({ limits }) => limits.exceeded),
    ),
    counter(
      'lampara_failures_total',
      'Failures of the storage and of gossip validators',
      counts('kind', ({ failures }) => failures),
    ),
  ]
}

type Each = <Value>(
  samples: (metrics: NetworkMetrics) => readonly (readonly [Labels, Value])[],
) => readonly (readonly [Labels, Value])[]

function gossipFamilies(each: Each): Family[] {
  type Topic = NetworkMetrics['gossip'][string]
  const topics = (of: (topic: Topic) => number) =>
    each(({ gossip }) => Object.entries(gossip).map(([topic, value]) => [{ topic }, of(value)]))
  return [
    counter(
      'lampara_gossip_messages_total',
      'Gossip messages received, by topic and verdict',
      each(({ gossip }) =>
        Object.entries(gossip).flatMap(([topic, { received }]) =>
          Object.entries(received).map(([verdict, value]) => [{ topic, verdict }, value] as const),
        ),
      ),
    ),
    counter(
      'lampara_gossip_received_bytes_total',
      'Compressed bytes of gossip messages received',
      topics(({ receivedBytes }) => receivedBytes),
    ),
    counter(
      'lampara_gossip_published_total',
      'Gossip messages published',
      topics(({ published }) => published),
    ),
    counter(
      'lampara_gossip_recipients_total',
      'Peers that published messages were sent to',
      topics(({ recipients }) => recipients),
    ),
    gauge(
      'lampara_gossip_pending',
      'Messages that wait for their verdict',
      topics(({ pending }) => pending),
    ),
    gauge(
      'lampara_gossip_queued',
      'Messages that wait in subscriptions',
      topics(({ queued }) => queued),
    ),
    counter(
      'lampara_gossip_dropped_total',
      'Messages that full subscriptions dropped',
      topics(({ dropped }) => dropped),
    ),
    gauge(
      'lampara_gossip_subscribers',
      'Peers that subscribe to a topic',
      topics(({ subscribers }) => subscribers),
    ),
  ]
}

function requestFamilies(each: Each): Family[] {
  function methods<Value>(of: (method: MethodMetrics) => readonly (readonly [Labels, Value])[]) {
    return each(({ requests }) =>
      Object.entries(requests).flatMap(([direction, byMethod]) =>
        Object.entries(byMethod).flatMap(([protocol, method]) =>
          of(method).map(([labels, value]) => [{ direction, protocol, ...labels }, value] as const),
        ),
      ),
    )
  }
  return [
    counter(
      'lampara_requests_total',
      'Requests by direction, method and outcome',
      methods(({ outcomes }) => Object.entries(outcomes).map(([outcome, value]) => [{ outcome }, value])),
    ),
    histogram(
      'lampara_request_duration_seconds',
      'Time from a request to the end of its answer',
      methods(({ durations }) => [[{}, durations]]),
    ),
  ]
}
