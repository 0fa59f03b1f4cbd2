import type { HeadModel } from '../model/heads.ts'
import { html, setAttributes, setText, type View } from './dom.ts'
import { shortValueView } from './short-value.ts'

const titles = { optimistic: 'Optimistic head', finalized: 'Finalized head' } as const
const notes = {
  optimistic: 'The newest block that the sync committee signed.',
  finalized: 'What the chain will not take back.',
} as const

/** One head's card. */
export function headView(kind: HeadModel['kind']): View<HeadModel> {
  const id = `${kind}-title`
  const slot = html('span', { class: 'head-slot', 'data-testid': `${kind}-slot` })
  const age = html('span', { class: 'head-age', 'data-testid': `${kind}-age` })
  const fork = html('span', { class: 'chip' })
  const root = shortValueView('block root')
  const executionHash = shortValueView('execution block hash')
  const executionNumber = html('span', { class: 'number', 'data-testid': `${kind}-number` })
  const participation = html('span', { class: 'number' })
  const meterFill = html('span', { class: 'meter-fill' })
  const meter = html('span', { class: 'meter', 'aria-hidden': 'true' }, meterFill)
  root.element.dataset.testid = `${kind}-root`
  executionHash.element.dataset.testid = `${kind}-hash`

  const element = html(
    'section',
    { class: `card head head-${kind}`, 'aria-labelledby': id, 'data-testid': kind },
    html('header', { class: 'card-header' }, html('h2', { id, title: notes[kind] }, titles[kind]), fork),
    html('p', { class: 'head-lead' }, html('span', { class: 'head-label' }, 'slot '), slot, age),
    html(
      'dl',
      { class: 'rows' },
      row('Block root', root.element),
      row('Execution hash', executionHash.element),
      row('Execution block', executionNumber),
      row('Committee signed', html('span', { class: 'signed' }, meter, participation)),
    ),
  )
  return {
    element,
    show(model) {
      setAttributes(element, { 'data-stale': model.stale, 'data-empty': model.participation === undefined })
      setText(slot, model.slot)
      setText(age, model.age)
      setText(fork, model.fork)
      setAttributes(fork, { hidden: model.fork === '' })
      root.show(model.root)
      executionHash.show(model.executionHash)
      setText(executionNumber, model.executionNumber)
      setText(participation, model.participationWords)
      meterFill.style.inlineSize = `${(model.participation ?? 0) * 100}%`
    },
  }
}

function row(name: string, value: Node): HTMLElement {
  return html('div', { class: 'row' }, html('dt', {}, name), html('dd', {}, value))
}
