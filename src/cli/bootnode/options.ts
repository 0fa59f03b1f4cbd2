import { parseArgs } from 'node:util'
import type { BootnodeOptions } from '../../bootnode/index.ts'
import { joinDocumentUrl } from '../../discovery/index.ts'
import { messageOf } from '../../errors/index.ts'
import { type LogSettings, logHelp, logOptions, readLogSettings } from '../options/log.ts'
import { networkTargetHelp, networkTargetOptions, readNetworkTarget } from '../options/network-target.ts'
import { discoveryHelp, discoveryOptions, readPeerOptions } from '../options/peer-options.ts'
import { usageError } from '../options/usage.ts'
import { numberValue } from '../options/values.ts'

const DAY_MS = 86_400_000
const PORT = { min: 0, max: 65_535, integer: true } as const

/** What `lampara bootnode` was asked. */
export interface BootnodeCommandOptions {
  readonly bootnode: BootnodeOptions
  readonly log: LogSettings
  /** Over which clients are told to go at the end. */
  readonly drainMs: number
}

export const bootnodeHelp = `Relays the beacon chain to browsers: follows and verifies it over TCP, and hands on what it verified over WebSocket.

Usage: lampara bootnode [--join URL | --upstream ADDRESS | --enr ENR | --list FILE] [OPTIONS]

With nobody named it finds beacon nodes to follow by discv5, from the published bootnodes of the chain on.

${networkTargetHelp}
  --upstream ADDRESS   multiaddr of a beacon node to follow, with /p2p/…; may be repeated
${discoveryHelp}
  --host HOST          IP address to listen on. Default: 127.0.0.1
  --port PORT          WebSocket port. Default: a free one
  --http-port PORT     port of the join document. Default: a free one
  --metrics-port PORT  port of /metrics for Prometheus. Default: none
  --metrics-host HOST  IP address to listen on for it. Default: 127.0.0.1
  --tls-cert FILE      certificate (PEM), for WebSocket and join document; read again as it changes. With --tls-key
  --tls-key FILE       its private key (PEM)
  --listen ADDRESS     multiaddr to listen on, instead of --host and --port; may be repeated
  --relay              relay pages to each other, so that they agree on WebRTC connections of their own
  --announce ADDRESS   multiaddr that clients are told instead; may be repeated
  --data-dir FOLDER    where identities are kept. Default: new ones each time
  --join-peers URL     join document of another bootnode of the fleet, to be listed in ours; may be repeated. A name with several
                       addresses (http only) stands for all of them
  --drain SECONDS      at SIGTERM, over how long clients are told to go. Default: 10
  --behind-proxy       all clients come through a proxy, which names them by X-Forwarded-For
  --max-clients N      the most clients at once. Default: 2500
  --max-checkpoint-age DAYS    how old the checkpoint may be. Default: 14
${logHelp}
  --help               print this

SIGTERM drains: no new clients, Goodbye to those that are there, then the end. Ctrl-C ends it without waiting, a second signal at
once. SIGHUP reads the certificate again.

lampara bootnode dns --help: the DNS records of a fleet.`

/** Understands the arguments. @throws LamparaError `invalid_argument`; as `fetchJoinDocument()` */
export async function parseBootnodeOptions(
  argv: readonly string[],
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<BootnodeCommandOptions | 'help'> {
  const values = parsed(argv)
  if (values.help) return 'help'
  const { chain, checkpoint, clock, clockOffsetMs, ...joined } = await readNetworkTarget('bootnode', values, signal)
  const {
    bootnodes = [],
    staticPeers = [],
    // Its upstream is not what a page joins by.
    joined: _,
    ...found
  } = await readPeerOptions('bootnode', { ...values, peer: values.upstream }, { ...joined, chain }, warn)
  const port = numberValue('bootnode', '--port', values.port, PORT)
  const age = values['max-checkpoint-age']
  const maxClients = values['max-clients']
  const { 'tls-cert': cert, 'tls-key': key } = values
  if ((cert === undefined) !== (key === undefined)) throw usage('--tls-cert and --tls-key go together')
  const host = `/${values.host.includes(':') ? 'ip6' : 'ip4'}/${values.host}`
  return {
    bootnode: {
      chain,
      checkpoint,
      clock,
      clockOffsetMs,
      upstream: [...staticPeers, ...bootnodes],
      ...found,
      listen: values.listen ?? [`${host}/tcp/${port}${cert === undefined ? '' : '/tls'}/ws`],
      ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
      ...(values.announce && { announce: values.announce }),
      relay: values.relay,
      http: { host: values.host, port: numberValue('bootnode', '--http-port', values['http-port'], PORT) },
      ...(values['metrics-port'] !== undefined && {
        metrics: {
          host: values['metrics-host'],
          port: numberValue('bootnode', '--metrics-port', values['metrics-port'], PORT),
        },
      }),
      ...(values['join-peers'] && { joinPeers: joinPeers(values['join-peers']) }),
      ...(values['data-dir'] && { dataDirectory: values['data-dir'] }),
      ...(maxClients && {
        maxClients: numberValue('bootnode', '--max-clients', maxClients, { min: 1, max: 100_000, integer: true }),
      }),
      behindProxy: values['behind-proxy'],
      ...(age && {
        maxCheckpointAgeMs: numberValue('bootnode', '--max-checkpoint-age', age, { min: 0, max: 36_500 }) * DAY_MS,
      }),
    },
    drainMs: numberValue('bootnode', '--drain', values.drain, { min: 0, max: 3600 }) * 1000,
    log: readLogSettings('bootnode', values),
  }
}

function joinPeers(texts: readonly string[]): readonly string[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      try {
        return joinDocumentUrl(text.trim()).href
      } catch (error) {
        throw usage(`--join-peers: ${messageOf(error)}`)
      }
    })
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...networkTargetOptions,
        ...discoveryOptions,
        upstream: { type: 'string', multiple: true },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '0' },
        'http-port': { type: 'string', default: '0' },
        'metrics-port': { type: 'string' },
        'metrics-host': { type: 'string', default: '127.0.0.1' },
        listen: { type: 'string', multiple: true },
        announce: { type: 'string', multiple: true },
        relay: { type: 'boolean', default: false },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'data-dir': { type: 'string' },
        'join-peers': { type: 'string', multiple: true },
        drain: { type: 'string', default: '10' },
        'behind-proxy': { type: 'boolean', default: false },
        'max-clients': { type: 'string' },
        'max-checkpoint-age': { type: 'string' },
        ...logOptions,
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw usage(messageOf(error))
  }
}

function usage(what: string) {
  return usageError('bootnode', what)
}
