import type { ShortValue } from '../model/heads.ts'
import { html, setAttributes, setText, svg, type View } from './dom.ts'

/** How long a copy's success or failure stays shown. */
const NOTICE_MS = 1600

/**
 * A truncated identifier that can be copied whole.
 *
 * @param what - what it is, for its accessible name: "block root"
 */
export function shortValueView(what: string): View<ShortValue> {
  const text = html('span', { class: 'short-text' })
  const notice = html('span', { class: 'short-notice', role: 'status' })
  const element = html('button', { type: 'button', class: 'short' }, text, copyIcon(), notice)
  let full: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const tell = (words: string): void => {
    setText(notice, words)
    clearTimeout(timer)
    timer = setTimeout(() => setText(notice, ''), NOTICE_MS)
  }
  element.addEventListener('click', () => {
    if (full === undefined) return
    copyText(full).then(
      () => tell('Copied'),
      () => tell('Cannot copy'),
    )
  })
  return {
    element,
    show(value) {
      full = value.full
      setText(text, value.short)
      setAttributes(element, {
        title: value.full,
        disabled: value.full === undefined,
        'aria-label': value.full === undefined ? `No ${what}` : `Copy ${what} ${value.short}`,
      })
    },
  }
}

/** The clipboard exists on secure pages only; a development address in the local network is none. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new Error('No clipboard on an insecure page')
  await navigator.clipboard.writeText(text)
}

function copyIcon(): SVGSVGElement {
  return svg(
    'svg',
    { class: 'short-icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    svg('rect', { x: 5.5, y: 5.5, width: 8, height: 8, rx: 1.8 }),
    svg('path', { d: 'M10.5 3.2A1.7 1.7 0 0 0 9 2.5H4.2a1.7 1.7 0 0 0-1.7 1.7V9a1.7 1.7 0 0 0 .7 1.4' }),
  )
}
