import type { PeerModel } from '../model/peers.ts'
import { html, keyedList, setAttributes, setText, type View } from './dom.ts'
import { shortValueView } from './short-value.ts'

/** What the peers' card shows. */
export interface PeersModel {
  readonly peers: readonly PeerModel[]
  readonly count: string
  /** Said in place of rows, when there are none. */
  readonly none: string
}

const columns = ['Peer', 'Address', 'Direction', 'Latency', 'Agent', 'Score', 'Since'] as const
type Column = (typeof columns)[number]

/** The connected peers; a table that becomes a list of cards on a narrow page. */
export function peersView(): View<PeersModel> {
  const count = html('span', { class: 'count', 'data-testid': 'peer-count' })
  const body = html('tbody', { role: 'rowgroup' })
  // On a narrow page the rows are laid out as grids, which would take their roles away.
  const headings = columns.map((name) => html('th', { scope: 'col', role: 'columnheader' }, name))
  const table = html(
    'table',
    { class: 'peers', role: 'table' },
    html('thead', { role: 'rowgroup' }, html('tr', { role: 'row' }, ...headings)),
    body,
  )
  const none = html('p', { class: 'none' })
  const element = html(
    'section',
    { class: 'card peers-card', 'aria-labelledby': 'peers-title', 'data-testid': 'peers' },
    html('header', { class: 'card-header' }, html('h2', { id: 'peers-title' }, 'Peers'), count),
    none,
    table,
  )
  const rows = new WeakMap<Element, (peer: PeerModel) => void>()
  const showRows = keyedList<PeerModel, HTMLTableRowElement>(
    body,
    ({ key }) => key,
    () => {
      const { element: row, show } = peerRow()
      rows.set(row, show)
      return row
    },
    (row, peer) => rows.get(row)?.(peer),
  )
  return {
    element,
    show(model) {
      setText(count, model.count)
      setAttributes(count, { hidden: model.count === '' })
      setText(none, model.none)
      setAttributes(none, { hidden: model.peers.length > 0 })
      setAttributes(table, { hidden: model.peers.length === 0 })
      showRows(model.peers)
    },
  }
}

function peerRow(): { element: HTMLTableRowElement; show: (peer: PeerModel) => void } {
  const id = shortValueView('peer id')
  const address = shortValueView('address')
  const badge = html('span', { class: 'chip chip-quiet' }, 'bootnode')
  const cells = {
    Peer: html('td', {}, id.element, ' ', badge),
    Address: html('td', {}, address.element),
    Direction: html('td'),
    Latency: html('td', { class: 'numeric' }),
    Agent: html('td'),
    Score: html('td', { class: 'numeric' }),
    Since: html('td', { class: 'numeric' }),
  } satisfies Record<Column, HTMLElement>
  for (const name of columns) setAttributes(cells[name], { role: 'cell', 'data-label': name })
  const element = html('tr', { role: 'row' }, ...columns.map((name) => cells[name]))
  return {
    element,
    show(peer) {
      id.show(peer.id)
      address.show(peer.address)
      setAttributes(badge, { hidden: !peer.bootnode })
      setText(cells.Direction, peer.direction)
      setText(cells.Latency, peer.latency)
      setText(cells.Agent, peer.agent)
      setText(cells.Score, peer.score)
      setText(cells.Since, peer.connectedFor)
      setAttributes(cells.Score, { 'data-negative': peer.scoreShare < 0 })
    },
  }
}
