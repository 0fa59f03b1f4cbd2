import { formatTime } from '../model/format.ts'
import type { LogEntry } from '../state/log.ts'
import { html, keyedList, setAttributes, setText, type View } from './dom.ts'

/** The last events, newest first. */
export function logView(): View<readonly LogEntry[]> {
  const list = html('ol', { class: 'log', tabindex: 0, 'aria-labelledby': 'log-title' })
  const none = html('p', { class: 'none' }, 'Nothing has happened yet.')
  const element = html(
    'section',
    { class: 'card log-card', 'aria-labelledby': 'log-title', 'data-testid': 'log' },
    html('header', { class: 'card-header' }, html('h2', { id: 'log-title' }, 'Events')),
    none,
    list,
  )
  const showRows = keyedList<LogEntry, HTMLLIElement>(
    list,
    ({ key }) => String(key),
    ({ tone }) =>
      html(
        'li',
        { 'data-tone': tone },
        html('time'),
        html('span', { class: 'log-text' }),
        html('span', { class: 'log-count' }),
      ),
    (row, entry) => {
      const [time, text, count] = row.children
      if (time === undefined || text === undefined || count === undefined) return
      setText(time, formatTime(entry.atMs))
      setAttributes(time, { datetime: new Date(entry.atMs).toISOString() })
      setText(text, entry.text)
      setText(count, entry.count > 1 ? `× ${entry.count}` : '')
    },
  )
  return {
    element,
    show(entries) {
      setAttributes(none, { hidden: entries.length > 0 })
      setAttributes(list, { hidden: entries.length === 0 })
      showRows(entries)
    },
  }
}
