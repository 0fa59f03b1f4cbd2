import { escapeText } from '../../errors/index.ts'
import type { PeerInfo } from '../../peers/types.ts'

/** A column of the table. */
interface Column {
  readonly title: string
  readonly right?: boolean
  cell(peer: PeerInfo, nowMs: number): string
}

const LIGHT_CLIENT = /\/light_client_(\w+)\//
const MAX_AGENT = 28

const columns: readonly Column[] = [
  { title: 'peer', cell: ({ id }) => `…${id.slice(-8)}` },
  { title: '', cell: ({ direction }) => (direction === 'inbound' ? 'in' : 'out') },
  { title: 'address', cell: ({ address }) => address.replace(/\/p2p\/[^/]+$/, '') },
  {
    title: 'agent',
    cell: ({ agent = '?' }) => (agent.length > MAX_AGENT ? `${agent.slice(0, MAX_AGENT - 1)}…` : agent),
  },
  { title: 'head slot', right: true, cell: ({ status }) => String(status?.headSlot ?? '') },
  { title: 'finalized', right: true, cell: ({ status }) => String(status?.finalizedEpoch ?? '') },
  { title: 'serves', right: true, cell: ({ protocols }) => `${served(protocols)} of 4` },
  { title: 'score', right: true, cell: ({ score }) => score.toFixed(0) },
  { title: 'ping ms', right: true, cell: ({ latencyMs }) => latencyMs?.toFixed(0) ?? '' },
  { title: 'for', right: true, cell: ({ connectedAtMs }, nowMs) => duration(nowMs - connectedAtMs) },
]

/** Peers as lines of a table, the longest connected first, under a line that counts them. */
export function peerTable(
  peers: readonly PeerInfo[],
  about: { readonly nowMs: number; readonly known: number },
): string[] {
  const sorted = peers.toSorted((a, b) => a.connectedAtMs - b.connectedAtMs)
  const rows = sorted.map((peer) => columns.map((column) => escapeText(column.cell(peer, about.nowMs))))
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]!.length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (columns[index]!.right ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd()
  const count = `${peers.length} ${peers.length === 1 ? 'peer' : 'peers'} connected, ${about.known} known`
  return peers.length === 0 ? [count] : [count, line(columns.map(({ title }) => title)), ...rows.map(line)]
}

function served(protocols: readonly string[]): number {
  return new Set(protocols.flatMap((id) => LIGHT_CLIENT.exec(id)?.[1] ?? [])).size
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`
}
