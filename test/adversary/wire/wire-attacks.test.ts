import { beforeAll, describe, expect, it } from 'vitest'
import { knownAttacks } from '../known-attacks.ts'
import { prepareChains, quickest, runOnTheWire, seats } from './wire-world.ts'

/** What the client does where nobody lies: else a test could fail or pass for reasons of its own. */
const control = { name: 'with an honest node in the place of the attacker', kinds: [] }
const onTheWire = [control, ...knownAttacks.filter(({ name }) => name.startsWith('A'))]
/** Each attack from each seat by `npm run test:adversary -- --wire`; else each from one seat, and one of them from each. */
const all = process.env.LAMPARA_WIRE_ATTACKS === 'all'
const fromEachSeat = 'A1: one seat brings in a committee, and says nothing false before it would be believed'

beforeAll(() => prepareChains(onTheWire))

describe.concurrent.each(onTheWire)('over TCP, $name', (attack) => {
  const chosen = all || attack.name === fromEachSeat ? seats : seats.filter(({ name }) => name === quickest)
  it.each(chosen)('neither fakes nor holds back a head: $name', async (seat) => {
    expect((await runOnTheWire(attack, seat)).join('\n')).toBe('')
  })
})
