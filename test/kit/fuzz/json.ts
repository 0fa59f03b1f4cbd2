import { below, pick } from '../../fuzz/engine/mutate.ts'
import type { Mutator } from '../../fuzz/engine/target.ts'

/** What stands where something else is due. */
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  '0',
  '-1',
  '00',
  '1e3',
  ' 1',
  '9007199254740993',
  '18446744073709551615',
  '18446744073709551616',
  '340282366920938463463374607431768211456',
  '0x',
  '0x0',
  '0xzz',
  '0xff',
  `0x${'ab'.repeat(32)}`,
  [],
  {},
  [null],
  { data: {} },
  '\u0000',
  '\ud800',
  'constructor',
  '__proto__',
]

type Holder = Record<string, unknown> | unknown[]

function holdersIn(json: unknown): Holder[] {
  if (typeof json !== 'object' || json === null) return []
  const holder = json as Holder
  return [holder, ...Object.values(holder).flatMap(holdersIn)]
}

function changeText(text: string, random: () => number): string {
  const at = below(random, text.length + 1)
  const piece = pick(random, ['', '0', 'f', 'g', 'x', '-', '.', '\n', '\u00e9', text])
  return text.slice(0, at) + piece + text.slice(at + below(random, 3))
}

/** Changes one place in a JSON document: its value, its key, or its being there. Leaves what is no JSON. */
export const changeJson: Mutator = (input, random, partner) => {
  const document = { document: parsed(input) }
  if (document.document === undefined) return input
  const holder = pick(random, holdersIn(document)) as Record<string, unknown>
  const keys = Object.keys(holder)
  const key = keys.length === 0 ? '0' : pick(random, keys)
  const value = holder[key]
  const way = random()
  if (way < 0.3 && typeof value === 'string') holder[key] = changeText(value, random)
  else if (way < 0.6) holder[key] = pick(random, strangers)
  else if (way < 0.7) delete holder[key]
  else if (way < 0.8) holder[changeText(key, random)] = value
  else if (way < 0.9 && Array.isArray(holder)) holder.push(value)
  else holder[key] = pick(random, Object.values(pick(random, holdersIn({ document: parsed(partner) }))))
  return new TextEncoder().encode(JSON.stringify(document.document) ?? 'null')
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
