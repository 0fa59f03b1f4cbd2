import { svg } from './dom.ts'

/** The lamp of the name: lit while heads come, low while it works towards them, dark when there is none. CSS reads the tone. */
export function lamp(): SVGSVGElement {
  return svg(
    'svg',
    { class: 'lamp', viewBox: '0 0 64 96', 'aria-hidden': 'true' },
    svg('path', { class: 'lamp-metal', d: 'M14 40C12 14 20 5 32 5s20 9 18 35' }),
    svg('path', { class: 'lamp-cap', d: 'M19 34c0-8 6-13 13-13s13 5 13 13z' }),
    svg('rect', { class: 'lamp-cap', x: 15, y: 33, width: 34, height: 5, rx: 2.5 }),
    svg('path', { class: 'lamp-glass', d: 'M19 40h26c4 8 5 22 0 34H19c-5-12-4-26 0-34z' }),
    svg('path', { class: 'lamp-flame', d: 'M32 45c5 7 9 11 9 17a9 9 0 0 1-18 0c0-6 4-10 9-17z' }),
    svg('path', { class: 'lamp-core', d: 'M32 56c2.4 3.2 4 5 4 7.6a4 4 0 0 1-8 0c0-2.6 1.6-4.4 4-7.6z' }),
    svg('path', { class: 'lamp-wire', d: 'M17 50c9 4 21 4 30 0M17 63c9 4 21 4 30 0' }),
    svg('rect', { class: 'lamp-cap', x: 15, y: 74, width: 34, height: 5, rx: 2.5 }),
    svg('path', { class: 'lamp-cap', d: 'M18 80h28l3 9a2 2 0 0 1-2 2H17a2 2 0 0 1-2-2z' }),
  )
}
