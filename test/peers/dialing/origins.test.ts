import { describe, expect, it } from 'vitest'
import { type AddressEntry, INBOUND_ORIGIN } from '../../../src/peers/address-book/entry.ts'
import { oldestOf, originsToServe, pickLeastServedOrigin } from '../../../src/peers/dialing/origins.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

const NOW_MS = 1_800_000_000_000
const HOUR_MS = 3_600_000

function entryOf(id: string, lineage: string, about: Partial<AddressEntry> = {}): AddressEntry {
  const times = { addedAtMs: NOW_MS - HOUR_MS, seenAtMs: NOW_MS - HOUR_MS }
  const addresses = ['/ip4/5.6.7.8/tcp/9000']
  return {
    id,
    addresses,
    sourceGroup: 'list',
    origin: lineage,
    private: false,
    table: 'new',
    failures: 0,
    ...times,
    ...about,
  }
}

const lineagesOf = (...entries: readonly AddressEntry[]) => originsToServe(entries, NOW_MS)

function draw(entries: readonly AddressEntry[], seats: Record<string, number> = {}, seed = 1) {
  return pickLeastServedOrigin(lineagesOf(...entries), {
    slots: new Map(Object.entries(seats)),
    random: seededRandom(seed),
    accept: ({ id }) => !id.startsWith('refused'),
  })?.id
}

describe('the origin that waits longest', () => {
  it('is the one with the fewest slots, however many of another are known', () => {
    const many = Array.from({ length: 50 }, (_, n) => entryOf(`a${n}`, 'a'))
    expect(draw([...many, entryOf('b', 'b')], { a: 1 })).toBe('b')
  })

  it('is among equals the one of which nobody was dialed for longest', () => {
    const entries = [
      entryOf('a', 'a', { attemptedAtMs: NOW_MS - 3_000 }),
      entryOf('b', 'b', { attemptedAtMs: NOW_MS - 9_000 }),
      entryOf('b, too', 'b', { attemptedAtMs: NOW_MS - 1_000, notBeforeMs: NOW_MS + HOUR_MS }),
      entryOf('c', 'c', { attemptedAtMs: NOW_MS - 6_000 }),
    ]
    expect(draw(entries)).toBe('c')
  })

  it('is passed over while none of it may be dialed', () => {
    expect(draw([entryOf('refused', 'a'), entryOf('b', 'b')], { b: 7 })).toBe('b')
    expect(draw([entryOf('cooling', 'a', { notBeforeMs: NOW_MS + 1 }), entryOf('b', 'b')], { b: 7 })).toBe('b')
    expect(draw([entryOf('refused', 'a')])).toBeUndefined()
  })

  it('is never that of unknown peers', () => {
    expect(draw([entryOf('a', INBOUND_ORIGIN)])).toBeUndefined()
  })

  it('is any of those that are equal', () => {
    const entries = ['a', 'b', 'c'].map((id) => entryOf(id, id))
    const drawn = Array.from({ length: 40 }, (_, seed) => draw(entries, {}, seed))
    expect(new Set(drawn)).toEqual(new Set(['a', 'b', 'c']))
  })
})

describe('the oldest origins', () => {
  it('are few where they began one after the other, and none that began of late', () => {
    const entries = Array.from({ length: 100 }, (_, n) => entryOf(`${n}`, `${n}`, { addedAtMs: NOW_MS - HOUR_MS * n }))
    const names = oldestOf(lineagesOf(...entries)).map(({ name }) => name)
    expect(names.map(Number).sort((a, b) => a - b)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99])
  })

  it('are all that began together, as those of one list did', () => {
    const list = Array.from({ length: 10 }, (_, n) => entryOf(`${n}`, `${n}`, { addedAtMs: NOW_MS - HOUR_MS + n }))
    const late = entryOf('late', 'late', { addedAtMs: NOW_MS })
    expect(oldestOf(lineagesOf(...list, late)).map(({ name }) => name)).toEqual(list.map(({ id }) => id))
  })

  it('keep their age when they report others', () => {
    const entries = [
      entryOf('reported later', 'a', { addedAtMs: NOW_MS }),
      entryOf('a', 'a', { addedAtMs: NOW_MS - 2 * HOUR_MS }),
      entryOf('b', 'b'),
    ]
    expect(lineagesOf(...entries).map(({ name, sinceMs }) => [name, NOW_MS - sinceMs])).toEqual([
      ['a', 2 * HOUR_MS],
      ['b', HOUR_MS],
    ])
  })

  it('are none where there is no origin', () => {
    expect(oldestOf([])).toEqual([])
  })
})
