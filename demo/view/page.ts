import type { PageModel } from '../model/page.ts'
import { chartView } from './chart.ts'
import { type ConnectForm, connectForm } from './connect-form.ts'
import { html, setAttributes, setText, type View } from './dom.ts'
import { headView } from './head.ts'
import { lamp } from './lamp.ts'
import { logView } from './log.ts'
import { peersView } from './peers.ts'
import { problemView } from './problem.ts'
import { statusView } from './status.ts'

/** What the reader does. */
export interface PageActions {
  readonly onSubmit: () => void
  readonly onAction: () => void
  readonly onResize: () => void
}

/** The whole page. */
export interface PageView extends View<PageModel> {
  readonly form: ConnectForm
  readonly chartWidth: number
}

/** Builds the page. */
export function pageView({ onSubmit, onAction, onResize }: PageActions): PageView {
  const chain = html('span', { class: 'chip', 'data-testid': 'chain' })
  const status = statusView(onAction)
  const problem = problemView()
  const form = connectForm(onSubmit)
  const optimistic = headView('optimistic')
  const finalized = headView('finalized')
  const chart = chartView(onResize)
  const peers = peersView()
  const log = logView()
  const element = html(
    'div',
    { class: 'page' },
    html(
      'header',
      { class: 'masthead' },
      html('div', { class: 'brand' }, lamp(), html('h1', {}, 'Lampara'), chain),
      html('p', { class: 'tagline' }, 'Ethereum’s heads, from its own network, verified in this tab.'),
    ),
    html(
      'main',
      { class: 'main' },
      status.element,
      problem.element,
      form.element,
      html('div', { class: 'heads' }, optimistic.element, finalized.element),
      chart.element,
      peers.element,
      log.element,
    ),
    html(
      'footer',
      { class: 'footer' },
      html(
        'p',
        {},
        'A bootnode passes messages on; it cannot forge them. Signatures and Merkle branches are checked here.',
      ),
    ),
  )
  return {
    element,
    form,
    get chartWidth() {
      return chart.width
    },
    show(model) {
      setAttributes(element, { 'data-tone': model.status.tone })
      setText(chain, model.chain)
      setAttributes(chain, { hidden: model.chain === '' })
      status.show({ status: model.status, facts: model.facts, action: model.action })
      problem.show(model.problem)
      optimistic.show(model.optimistic)
      finalized.show(model.finalized)
      chart.show(model.chart)
      peers.show(model.peers)
      log.show(model.log)
      form.name(model.where)
    },
  }
}
