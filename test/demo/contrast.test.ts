import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('../../demo/style/tokens.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')

/** Text on the backgrounds that it is shown on (WCAG 2.2 SC 1.4.3 asks for 4.5), and graphics on theirs (1.4.11: 3). */
const text: readonly (readonly [string, readonly string[]])[] = [
  ['ink', ['paper', 'card', 'sunken', 'red-soft', 'amber-soft']],
  ['ink-soft', ['paper', 'card', 'sunken', 'amber-soft']],
  ['amber', ['card', 'sunken', 'amber-soft']],
  ['sea', ['card', 'sunken']],
  ['red', ['card', 'red-soft']],
]
const graphics: readonly (readonly [string, readonly string[]])[] = [
  ['sea-fill', ['card']],
  ['red-fill', ['card', 'red-soft']],
  ['line-strong', ['card']],
  ['focus', ['paper', 'card', 'sunken']],
  ['on-fill', ['sea-fill']],
]

function colours(block: string): Record<string, string> {
  return Object.fromEntries(
    [...block.matchAll(/--([a-z-]+): #([0-9a-f]{3,6});/g)].map(([, name = '', hex = '']) => [
      name,
      hex.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex,
    ]),
  )
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (lighter + 0.05) / (darker + 0.05)
}

test.each([
  ['light', colours(light)],
  ['dark', colours(dark)],
] as const)('the %s colours can be told from their backgrounds', (_scheme, colour) => {
  const weak = [
    ...text.map((pair) => [...pair, 4.5] as const),
    ...graphics.map((pair) => [...pair, 3] as const),
  ].flatMap(([front, backs, least]) =>
    backs.flatMap((back) => {
      const ratio = contrast(colour[front] ?? '', colour[back] ?? '')
      return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(2)} of ${least}`]
    }),
  )
  expect(weak).toEqual([])
})
