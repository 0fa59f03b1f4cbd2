import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { createBootnode } from '../../src/bootnode/index.ts'
import { createDevnet } from '../../src/devnet/index.ts'
import { program, runProgram } from '../kit/deploy/programs.ts'
import { readMetrics } from '../kit/read-metrics.ts'

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url))
const rulesFile = join(deploy, 'prometheus/alerts.yml')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

async function rules(): Promise<readonly Rule[]> {
  return parseYaml(await readFile(rulesFile, 'utf8')).groups.flatMap(({ rules }: { rules: readonly Rule[] }) => rules)
}

const labels = 'instance="b0", job="lampara"'
/** A bootnode that is well, minute by minute in promtool's notation. */
const healthy: Readonly<Record<string, string>> = {
  [`up{${labels}}`]: '1x120',
  [`lampara_ready{${labels}}`]: '1x120',
  [`lampara_draining{${labels}}`]: '0x120',
  [`lampara_upstream_peers{${labels}}`]: '8x120',
  [`lampara_head_age_seconds{${labels}, kind="optimistic"}`]: '14x120',
  [`lampara_head_age_seconds{${labels}, kind="finalized"}`]: '1000x120',
  [`lampara_head_participation_ratio{${labels}, kind="optimistic"}`]: '0.98x120',
  [`lampara_clients{${labels}}`]: '4000x120',
  [`lampara_clients_max{${labels}}`]: '5000x120',
  [`lampara_relay_failures_total{${labels}}`]: '3x120',
  [`lampara_gossip_messages_total{${labels}, network="upstream", topic="t", verdict="reject"}`]: '2x120',
  [`lampara_gossip_messages_total{${labels}, network="upstream", topic="t", verdict="accept"}`]: '0+5x120',
  [`lampara_failures_total{${labels}, network="upstream", kind="storage"}`]: '1x120',
  [`lampara_failures_total{${labels}, network="upstream", kind="validator"}`]: '0+1x120',
  [`lampara_tunnel_refusals_total{${labels}, reason="all_live"}`]: '7x120',
  [`lampara_tunnel_refusals_total{${labels}, reason="target_live"}`]: '0+60x120',
  [`lampara_event_loop_delay_seconds{${labels}, statistic="p99"}`]: '0.02x120',
  [`lampara_event_loop_delay_seconds{${labels}, statistic="max"}`]: '2x120',
  [`nodejs_heap_size_used_bytes{${labels}}`]: '300000000x120',
  [`nodejs_heap_size_limit_bytes{${labels}}`]: '1600000000x120',
  [`process_start_time_seconds{${labels}}`]: '5x120',
  [`lampara_certificate_expiry_timestamp_seconds{${labels}}`]: '5000000x120',
  [`lampara_certificate_error{${labels}}`]: '0x120',
  [`lampara_siblings{${labels}}`]: '2x120',
}

/** What causes each alert: the series that begin with the name are replaced. None is to cause another one. */
const causes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  LamparaDown: { 'up{': '0x120' },
  LamparaNotReady: { 'lampara_ready{': '0x120' },
  LamparaNoUpstreamPeers: { 'lampara_upstream_peers{': '0x120' },
  LamparaHeadOld: { 'lampara_head_age_seconds{instance="b0", job="lampara", kind="optimistic"': '130x120' },
  LamparaFinalityOld: { 'lampara_head_age_seconds{instance="b0", job="lampara", kind="finalized"': '2500x120' },
  LamparaLowParticipation: { 'lampara_head_participation_ratio{': '0.68x120' },
  LamparaClientsNearLimit: { 'lampara_clients{': '4600x120' },
  LamparaRelayFails: { 'lampara_relay_failures_total{': '0+2x120' },
  LamparaInvalidGossip: {
    'lampara_gossip_messages_total{instance="b0", job="lampara", network="upstream", topic="t", verdict="reject"':
      '0+6x120',
  },
  LamparaStorageFails: {
    'lampara_failures_total{instance="b0", job="lampara", network="upstream", kind="storage"': '0+1x120',
  },
  LamparaTunnelsFull: { 'lampara_tunnel_refusals_total{instance="b0", job="lampara", reason="all_live"': '0+30x120' },
  LamparaEventLoopLate: { 'lampara_event_loop_delay_seconds{instance="b0", job="lampara", statistic="p99"': '0.7x120' },
  LamparaHeapNearLimit: { 'nodejs_heap_size_used_bytes{': '1500000000x120' },
  LamparaRestarts: { 'process_start_time_seconds{': '5+60x120' },
  LamparaCertificateEnds: { 'lampara_certificate_expiry_timestamp_seconds{': '500000x120' },
  LamparaCertificateUnusable: { 'lampara_certificate_error{': '1x120' },
  LamparaSiblingsMissing: { 'lampara_siblings{': '0x120' },
}

/** A short trouble of the same kind, over before anybody needs to act; where the rule waits. */
const SHORT = '_x69 '

function seriesOf(cause: Readonly<Record<string, string>>) {
  return Object.entries(healthy).map(([series, values]) => {
    const [, replaced] = Object.entries(cause).find(([beginning]) => series.startsWith(beginning)) ?? []
    return { series, values: replaced ?? values }
  })
}

/** Runs promtool's unit tests of the rules in a folder of their own. */
async function promtool(path: string, tests: readonly object[]) {
  const folder = await mkdtemp(join(tmpdir(), 'lampara-alerts-'))
  try {
    const file = join(folder, 'tests.yml')
    await writeFile(file, JSON.stringify({ rule_files: [rulesFile], evaluation_interval: '1m', tests }))
    return runProgram(path, ['test', 'rules', file])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** One of promtool's tests: which alerts fire after 69 minutes. */
function firing(alerts: readonly string[], cause: Readonly<Record<string, string>>) {
  return {
    name: alerts.join() || 'none',
    interval: '1m',
    input_series: seriesOf(cause),
    // `ALERTS` is what fires: one query for all rules at once.
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '69m',
        exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
      },
    ],
  }
}

describe('the alert rules', () => {
  it('pass promtool, and so does the configuration that loads them', ({ skip }) => {
    const path = program('promtool') ?? skip('promtool is not installed')
    for (const args of [
      ['check', 'rules', rulesFile],
      ['check', 'config', join(deploy, 'prometheus/prometheus.yml')],
    ]) {
      const { status, output } = runProgram(path, args)
      expect(status, output).toBe(0)
    }
  })

  it('each have a cause here', async () => {
    expect(Object.keys(causes).sort()).toEqual((await rules()).map(({ alert }) => alert).sort())
  })

  it('each fire where they are caused and nowhere else, and none for a bootnode that is well', async ({ skip }) => {
    const path = program('promtool') ?? skip('promtool is not installed')
    const caused = Object.entries(causes).map(([alert, cause]) => firing([alert], cause))
    const { status, output } = await promtool(path, [firing([], {}), ...caused])
    expect(status, output).toBe(0)
    // The check is one that can fail: not one of the causes passes for none.
    const wrong = await promtool(
      path,
      Object.values(causes).map((cause) => firing([], cause)),
    )
    expect(wrong.status).not.toBe(0)
    for (const alert of Object.keys(causes)) expect(wrong.output).toContain(`alertname="${alert}"`)
  })

  it('wait: what has only begun fires none of those that have a time to wait', async ({ skip }) => {
    const path = program('promtool') ?? skip('promtool is not installed')
    const waiting = [
      'LamparaDown',
      'LamparaNotReady',
      'LamparaHeadOld',
      'LamparaClientsNearLimit',
      'LamparaEventLoopLate',
    ]
    const begun = waiting.map((alert) => {
      const [[beginning, values]] = Object.entries(causes[alert]!) as [[string, string]]
      return firing([], { [beginning]: `${SHORT}${values.split('x')[0]}x0` })
    })
    const { status, output } = await promtool(path, begun)
    expect(status, output).toBe(0)
  })

  it('and the dashboard ask for metrics that a bootnode has', async () => {
    const devnet = await createDevnet({ preset: 'minimal', slotDurationMs: 500, forks: { electra: 0 } })
    const bootnode = await createBootnode({
      chain: devnet.chain,
      upstream: devnet.addresses,
      checkpoint: devnet.checkpoint(),
      joinPeers: [devnet.restUrl],
      metrics: { port: 0 },
    })
    try {
      await bootnode.ready({ signal: AbortSignal.timeout(45_000) })
      const { text } = await readMetrics(bootnode.metricsUrl!)
      const known = new Set([
        ...[...text.matchAll(/^([a-z_]+)(?=[{ ])/gm)].map(([, name]) => name),
        // Only with TLS, and after something went wrong.
        'lampara_certificate_expiry_timestamp_seconds',
        'lampara_certificate_error',
        'lampara_dial_failures_total',
      ])
      const dashboard = JSON.parse(await readFile(join(deploy, 'grafana/lampara-bootnode.json'), 'utf8')) as {
        readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[]
      }
      const queries = [
        ...(await rules()).map(({ expr }) => expr),
        ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ]
      expect(queries.length).toBeGreaterThan(50)
      const named = queries.flatMap((query) => query.match(/\b(?:lampara|process|nodejs)_[a-z_]+\b/g) ?? [])
      expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([])
    } finally {
      await bootnode.stop()
      await devnet.stop()
    }
  })
})
