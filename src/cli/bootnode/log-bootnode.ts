import type { Bootnode } from '../../bootnode/index.ts'
import { messageOf } from '../../errors/index.ts'
import { explainNoPeers } from '../explain-no-peers.ts'
import type { Log } from '../log/create-log.ts'

/** What an operator need not act on is `debug`. */
const QUIET_STATES: ReadonlySet<string> = new Set(['connecting', 'bootstrapping', 'syncing', 'following'])

/**
 * Logs what happens to a bootnode: a line for each thing that an operator acts on, and with `debug` what leads to it.
 *
 * @returns how to stop
 */
export function logBootnode(bootnode: Bootnode, log: Log): () => void {
  const stopping = new AbortController()
  const { signal } = stopping
  const ends = [
    logCertificate(bootnode, log),
    logStatus(bootnode, log),
    bootnode.watchSiblingTrouble((trouble) => log.warn('siblings', `Some of the fleet do not answer: ${trouble}`)),
    explainNoPeers(bootnode.client.network, { tell: (line) => log.warn('no_peers', line) }),
    () => stopping.abort(),
  ]
  void logEvents('upstream', bootnode.client.network, log, signal).catch(() => {})
  void logEvents('downstream', bootnode.downstream, log, signal).catch(() => {})
  return () => {
    for (const end of ends) end()
  }
}

function logCertificate(bootnode: Bootnode, log: Log): () => void {
  return bootnode.watchCertificate(({ validUntilMs, error }) => {
    const fields = { validUntilMs, error: error && messageOf(error) }
    const until = new Date(validUntilMs).toISOString()
    if (error === undefined) log.info('certificate', `Certificate valid until ${until}`, { validUntilMs })
    else log.warn('certificate', 'The new certificate cannot be used: the present one stays in use', fields)
  })
}

function logStatus(bootnode: Bootnode, log: Log): () => void {
  let last = ''
  return bootnode.client.watchStatus(({ state, message, finalized, optimistic, peers }) => {
    if (state === 'stopped') return
    const clients = bootnode.downstream.status.peers
    const fields = { state, message, head: optimistic?.slot, finalized: finalized?.slot, peers, clients }
    const key = `${state} ${finalized?.slot ?? ''}`
    if (key === last) return
    const changed = !last.startsWith(`${state} `)
    last = key
    const level = changed ? (QUIET_STATES.has(state) ? 'info' : 'warn') : 'debug'
    log[level]('status', `${state}: ${message}`, fields)
  })
}

async function logEvents(side: string, network: Bootnode['downstream'], log: Log, signal: AbortSignal): Promise<void> {
  const client = side === 'downstream'
  for await (const event of network.events(undefined, { signal })) {
    switch (event.type) {
      case 'storage:failed':
        log.error('storage', messageOf(event.error), { side, code: event.error.code })
        break
      case 'validator:failed':
        log.warn('validator', messageOf(event.error), { side, topic: event.topic })
        break
      case 'peer:banned':
        log.info('banned', `Banned a ${client ? 'client' : 'peer'}: ${event.reason}`, { side, peer: event.peerId })
        break
      case 'peer:connected':
        log.debug('connected', 'Connected', { side, peer: event.peer.id, address: event.peer.address })
        break
      case 'peer:disconnected':
        log.debug('disconnected', `Disconnected: ${event.reason}`, { side, peer: event.peer.id })
        break
      case 'dial:failed':
        log.debug('dial_failed', messageOf(event.error), { side, address: event.address })
        break
    }
  }
}
