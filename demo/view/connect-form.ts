import { type FieldProblem, namedChains, type TargetForm } from '../connect/target.ts'
import { html, setAttributes, setText } from './dom.ts'

/** The form that says where to join. */
export interface ConnectForm {
  readonly element: HTMLElement
  readonly value: TargetForm
  /** Fills the form. */
  fill(form: TargetForm): void
  /** Says beside the heading where the page joined. */
  name(where: string): void
  /** Opens or closes the fold that the form lies in. */
  open(open: boolean): void
  /** Says at its field what does not hold; undefined clears. */
  complain(problem: FieldProblem | undefined): void
}

/** @param onSubmit - called when the form is sent; the caller checks it */
export function connectForm(onSubmit: () => void): ConnectForm {
  const join = radio('join', 'Join document')
  const bootnode = radio('bootnode', 'Bootnode address')
  const url = field('url', 'Join document', 'https://relay.example/.well-known/lampara.json', 'url')
  const address = field('address', 'Bootnode address', '/dns4/relay.example/tcp/443/tls/ws/p2p/16Uiu2…', 'text')
  const checkpoint = field('checkpoint', 'Checkpoint, a finalized block root', '0x…', 'text')
  const chain = html(
    'select',
    { id: 'field-chain', name: 'chain' },
    ...namedChains.map((name) => html('option', {}, name)),
  )
  const joinFields = html('div', { class: 'form-fields' }, url.element)
  const bootnodeFields = html(
    'div',
    { class: 'form-fields form-fields-bootnode' },
    address.element,
    html('div', { class: 'field' }, html('label', { for: 'field-chain' }, 'Chain'), chain),
    checkpoint.element,
  )
  const form = html(
    'form',
    { class: 'form', novalidate: true, 'aria-label': 'Where to join', 'data-testid': 'form' },
    html('fieldset', { class: 'segments' }, html('legend', {}, 'Join by'), join.element, bootnode.element),
    joinFields,
    bootnodeFields,
    html('div', { class: 'form-end' }, html('button', { type: 'submit', class: 'button button-first' }, 'Connect')),
  )
  const whereText = html('span', { class: 'connect-where' })
  const element = html(
    'details',
    { class: 'card connect', 'data-testid': 'connect' },
    html('summary', {}, html('h2', {}, 'Connection'), whereText),
    form,
  )
  const fields = { url, address, checkpoint }
  const showKind = (): void => {
    setAttributes(joinFields, { hidden: bootnode.input.checked })
    setAttributes(bootnodeFields, { hidden: !bootnode.input.checked })
  }
  form.addEventListener('change', showKind)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    onSubmit()
  })
  showKind()

  return {
    element,
    get value(): TargetForm {
      return {
        kind: bootnode.input.checked ? 'bootnode' : 'join',
        url: url.input.value,
        address: address.input.value,
        chain: namedChains.find((name) => name === chain.value) ?? 'mainnet',
        checkpoint: checkpoint.input.value,
      }
    },
    fill(value) {
      join.input.checked = value.kind === 'join'
      bootnode.input.checked = value.kind === 'bootnode'
      url.input.value = value.url
      address.input.value = value.address
      chain.value = value.chain
      checkpoint.input.value = value.checkpoint
      showKind()
    },
    name(where) {
      setText(whereText, where)
    },
    open(open) {
      element.open = open
    },
    complain(problem) {
      for (const [name, { input, words }] of Object.entries(fields)) {
        const wrong = problem?.field === name
        setText(words, wrong ? problem.words : '')
        setAttributes(input, { 'aria-invalid': wrong ? 'true' : undefined })
        if (wrong) input.focus()
      }
    },
  }
}

function radio(value: string, label: string): { element: HTMLElement; input: HTMLInputElement } {
  const input = html('input', { type: 'radio', name: 'kind', value, checked: value === 'join' })
  return { element: html('label', { class: 'segment' }, input, html('span', {}, label)), input }
}

function field(
  name: string,
  label: string,
  placeholder: string,
  mode: 'url' | 'text',
): { element: HTMLElement; input: HTMLInputElement; words: HTMLElement } {
  const id = `field-${name}`
  const input = html('input', {
    id,
    name,
    placeholder,
    type: 'text',
    inputmode: mode,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    'aria-describedby': `${id}-words`,
  })
  const words = html('p', { class: 'field-words', id: `${id}-words` })
  return { element: html('div', { class: 'field' }, html('label', { for: id }, label), input, words), input, words }
}
