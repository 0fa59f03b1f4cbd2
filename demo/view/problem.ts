import type { ProblemModel } from '../model/problem.ts'
import { html, setAttributes, setText, type View } from './dom.ts'

/** What went wrong, and what to do about it; hidden while nothing is wrong. */
export function problemView(): View<ProblemModel | undefined> {
  const title = html('strong', { class: 'problem-title' })
  const detail = html('span', { class: 'problem-detail' })
  const advice = html('span', { class: 'problem-advice' })
  const code = html('code', { class: 'problem-code' })
  const element = html(
    'div',
    { class: 'problem', role: 'alert', hidden: true, 'data-testid': 'problem' },
    html('p', {}, title, ' ', advice),
    html('p', { class: 'problem-small' }, detail, ' ', code),
  )
  return {
    element,
    show(model) {
      setAttributes(element, { hidden: model === undefined })
      setText(title, model === undefined ? '' : `${model.title}.`)
      setText(advice, model?.advice ?? '')
      setText(detail, model?.detail ?? '')
      setText(code, model?.code ?? '')
    },
  }
}
