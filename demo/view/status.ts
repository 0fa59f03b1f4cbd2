import type { StatusModel } from '../model/status.ts'
import { html, setAttributes, setText, type View } from './dom.ts'
import { lamp } from './lamp.ts'

/** What the status panel shows beside the state. */
export interface StatusPanelModel {
  readonly status: StatusModel
  readonly facts: readonly { readonly name: string; readonly value: string }[]
  readonly action: { readonly label: string; readonly enabled: boolean } | undefined
}

/** The state in words, with the lamp, and the button that starts or stops. */
export function statusView(onAction: () => void): View<StatusPanelModel> {
  const title = html('h2', { class: 'status-title', id: 'status-title' })
  const sentence = html('p', { class: 'status-sentence' })
  // Announced as one: a change of state is news, a ticking fact is not.
  const words = html('div', { role: 'status', 'aria-live': 'polite', 'aria-atomic': 'true' }, title, sentence)
  const fill = html('div', { class: 'progress-fill' })
  const bar = html(
    'div',
    {
      class: 'progress-bar',
      role: 'progressbar',
      'aria-label': 'Catching up',
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    },
    fill,
  )
  const progressWords = html('p', { class: 'progress-words' })
  const progress = html('div', { class: 'progress', hidden: true }, bar, progressWords)
  const facts = html('dl', { class: 'facts' })
  const button = html('button', { type: 'button', class: 'button', 'data-testid': 'action' })
  button.addEventListener('click', onAction)
  const element = html(
    'section',
    { class: 'card status', 'aria-labelledby': 'status-title', 'data-testid': 'status' },
    html('div', { class: 'status-lamp' }, lamp()),
    html('div', { class: 'status-words' }, words, progress),
    facts,
    html('div', { class: 'status-action' }, button),
  )
  const cells = new Map<string, HTMLElement>()

  const showFact = (name: string, value: string): void => {
    let cell = cells.get(name)
    if (cell === undefined) {
      cell = html('dd')
      cells.set(name, cell)
      facts.append(html('div', { class: 'fact' }, html('dt', {}, name), cell))
    }
    setText(cell, value)
  }
  return {
    element,
    show({ status, facts: shown, action }) {
      setAttributes(element, { 'data-state': status.key, 'data-tone': status.tone })
      setText(title, status.title)
      setText(sentence, status.sentence)
      setAttributes(progress, { hidden: status.progress === undefined })
      if (status.progress !== undefined) {
        const percent = Math.round(status.progress.share * 100)
        setAttributes(bar, { 'aria-valuenow': percent, 'aria-valuetext': status.progress.words })
        fill.style.inlineSize = `${percent}%`
        setText(progressWords, status.progress.words)
      }
      for (const { name, value } of shown) showFact(name, value)
      setAttributes(facts, { hidden: shown.length === 0 })
      setAttributes(button, { hidden: action === undefined, disabled: action?.enabled === false })
      setText(button, action?.label ?? '')
    },
  }
}
