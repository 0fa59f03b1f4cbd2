import { escapeText, messageOf } from '../../errors/index.ts'
import type { Network, NetworkEvent } from '../../network/types.ts'
import type { CliIo } from '../io.ts'
import { peerTable } from './table.ts'

/** A table is drawn no more often: a terminal over a slow line should not lag. */
const REDRAW_MS = 500
/** Known peers are counted up to this. */
const MAX_COUNTED = 100_000

/** Draws the table in place, and again whenever something changes. @returns how to stop */
export function drawTable(network: Network, io: CliIo): () => void {
  let drawnLines = 0
  let due = true

  function draw(): void {
    if (!due) return
    due = false
    const lines = peerTable(network.peers, {
      nowMs: network.clock.now(),
      known: network.samplePeers(MAX_COUNTED).length,
    })
    const up = drawnLines === 0 ? '' : `\u001b[${drawnLines}A\u001b[J`
    drawnLines = lines.length
    io.stdout(up + lines.join('\n'))
  }

  const unwatch = network.watchPeers(() => {
    due = true
  })
  draw()
  const timer = setInterval(draw, REDRAW_MS)
  return () => {
    clearInterval(timer)
    unwatch()
    draw()
  }
}

/** Prints each event as a line until the network stops or the signal aborts. */
export async function printEvents(network: Network, io: CliIo, json: boolean, signal: AbortSignal): Promise<void> {
  const types = [
    'peer:connected',
    'peer:disconnected',
    'peer:banned',
    'peer:discovered',
    'dial:failed',
    'bootstrap:completed',
    'join:changed',
    'join:failed',
  ] as const
  try {
    for await (const event of network.events(types, { signal }))
      io.stdout(json ? eventJson(event) : escapeText(eventLine(event)))
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function eventJson(event: NetworkEvent): string {
  if (!('error' in event)) return JSON.stringify(event)
  const { error, ...rest } = event
  return JSON.stringify({ ...rest, error: error.code, message: messageOf(error) })
}

function eventLine(event: NetworkEvent): string {
  switch (event.type) {
    case 'peer:connected':
      return `connected     ${event.peer.address}  ${event.peer.agent ?? ''}`.trimEnd()
    case 'peer:disconnected':
      return `disconnected  ${event.peer.address}  ${event.reason}`
    case 'peer:banned':
      return `banned        ${event.peerId}  ${event.reason}`
    case 'peer:discovered':
      return `discovered    ${event.peerId}  by ${event.source}`
    case 'bootstrap:completed':
      return `after 30 s    ${event.peers} connected, ${event.tried} tried`
    case 'conflict':
      return `conflict      ${event.kind} slots ${event.known.slot} and ${event.other.slot} exclude each other`
    case 'gap':
      return `gap           slots ${event.fromSlot} to ${event.toSlot}: ${event.reason.replaceAll('_', ' ')}`
    case 'join:changed':
      return `moved         now at ${event.bootnodes.join(', ')}`
    default:
      return `failed        ${messageOf(event.error)}`
  }
}
