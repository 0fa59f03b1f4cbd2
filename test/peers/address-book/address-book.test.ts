import { describe, expect, it } from 'vitest'
import { createAddressBook } from '../../../src/peers/address-book/address-book.ts'
import { INBOUND_ORIGIN } from '../../../src/peers/address-book/entry.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'
import { seededRandom } from '../../kit/seeded-random.ts'

const HOUR_MS = 3_600_000
const START_MS = 1_800_000_000_000

function setUp(seed = 1) {
  const clock = createFakeClock(START_MS)
  const book = createAddressBook({ clock, random: seededRandom(seed), key: new Uint8Array(32).fill(7) })
  const add = (id: string, address = '/ip4/5.6.7.8/tcp/9000', group = 'them') =>
    book.add({ id, addresses: [address] }, { group })
  return { clock, book, add }
}

/** An address in a network group of its own. */
const addressOf = (n: number): string => `/ip4/${1 + (n % 90)}.${(n * 7) % 256}.3.${n % 250}/tcp/9000`

describe('the address book', () => {
  it('gives back one that was reported, and nobody when it is empty', () => {
    const { book, add } = setUp()
    expect(book.pick({ newBias: 0.5 })).toBeUndefined()
    expect(add('a')).toBe(true)
    expect(add('a')).toBe(false)
    expect(book.pick({ newBias: 0.5 })).toMatchObject({ id: 'a', table: 'new', failures: 0 })
    expect(book.pick({ newBias: 0.5, accept: ({ id }) => id !== 'a' })).toBeUndefined()
  })

  it('never takes a peer without an address', () => {
    const { book } = setUp()
    expect(book.add({ id: 'a', addresses: [] }, { group: 'them' })).toBe(false)
    expect(book.size).toBe(0)
  })

  it('learns new addresses of a peer, and tells that it did', () => {
    const { book, add } = setUp()
    add('a')
    expect(add('a', '/ip4/9.9.9.9/tcp/9000')).toBe(true)
    expect(book.get('a')?.addresses).toEqual(['/ip4/9.9.9.9/tcp/9000'])
  })

  it('does not give one back before its cool-down is over', async () => {
    const { clock, book, add } = setUp()
    add('a')
    book.attempted('a')
    book.failed('a', { notBeforeMs: START_MS + HOUR_MS })
    expect(book.pick({ newBias: 1 })).toBeUndefined()
    await clock.advance(HOUR_MS)
    expect(book.pick({ newBias: 1 })?.id).toBe('a')
  })

  it('never shortens a cool-down by a later, lighter reason', () => {
    const { book, add } = setUp()
    add('a')
    book.postpone('a', START_MS + 2 * HOUR_MS)
    book.postpone('a', START_MS + HOUR_MS)
    expect(book.get('a')?.notBeforeMs).toBe(START_MS + 2 * HOUR_MS)
  })

  it('gives up on one that was never reached after three attempts, and takes it up again when it is reported again and reached', async () => {
    const { clock, book, add } = setUp()
    add('a')
    for (let tries = 0; tries < 3; tries++) book.failed('a')
    await clock.advance(2 * 60_000)
    expect(book.pick({ newBias: 1 })).toBeUndefined()
    book.succeeded('a')
    expect(book.pick({ newBias: 0 })).toMatchObject({ id: 'a', table: 'old', failures: 0 })
  })

  it('tolerates one that was reached before through ten failures in a week', async () => {
    const { clock, book, add } = setUp()
    add('a')
    book.succeeded('a')
    for (let tries = 0; tries < 12; tries++) book.failed('a')
    await clock.advance(6 * 24 * HOUR_MS)
    add('a')
    expect(book.pick({ newBias: 0 })?.id).toBe('a')
    await clock.advance(2 * 24 * HOUR_MS)
    add('a')
    expect(book.pick({ newBias: 0 })).toBeUndefined()
  })

  it('forgets anyone who was not heard of for a week', async () => {
    const { clock, book, add } = setUp()
    add('a')
    await clock.advance(8 * 24 * HOUR_MS)
    expect(book.pick({ newBias: 1 })).toBeUndefined()
    add('a')
    expect(book.pick({ newBias: 1 })?.id).toBe('a')
  })

  it('shares at random, each once, never private ones', () => {
    const { book } = setUp()
    for (let n = 0; n < 200; n++) {
      book.add({ id: `p${n}`, addresses: [addressOf(n)], private: n % 4 === 0 }, { group: `s${n % 20}` })
    }
    const shared = book.sample(30).map(({ id }) => id)
    expect(new Set(shared).size).toBe(30)
    expect(shared.every((id) => Number(id.slice(1)) % 4 !== 0)).toBe(true)
    expect(book.sample(30).map(({ id }) => id)).not.toEqual(shared)
  })

  it('knows how it came to know of a peer: through whom, or by its own network group', () => {
    const { book, add } = setUp()
    add('listed', '/ip4/9.9.1.1/tcp/9000')
    add('at home', '/ip4/192.168.1.1/tcp/9000')
    book.add({ id: 'told', addresses: ['/ip4/8.8.1.1/tcp/9000'] }, { group: '9.9', origin: '9.9' })
    expect(['listed', 'at home', 'told'].map((id) => book.get(id)?.origin)).toEqual(['9.9', 'at home', '9.9'])
  })

  it('counts a peer among those that unknown peers report until somebody else does, and then as of the first who did', () => {
    const { book } = setUp()
    const seen = [INBOUND_ORIGIN, 'first', 'second', INBOUND_ORIGIN].map((lineage) => {
      book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'] }, { group: 'them', origin: lineage })
      return book.get('a')?.origin
    })
    expect(seen).toEqual([INBOUND_ORIGIN, 'first', 'first', 'first'])
  })

  it('keeps a private peer private, whichever peer reports it', () => {
    const { book, add } = setUp()
    book.add({ id: 'a', addresses: ['/ip4/5.6.7.8/tcp/9000'], private: true }, { group: 'us' })
    add('a')
    expect(book.sample(10)).toEqual([])
  })
})

describe('an address book under attack', () => {
  it('has a bound, however many addresses it learns of', () => {
    const { book, add } = setUp()
    for (let n = 0; n < 60_000; n++) add(`p${n}`, addressOf(n), `source ${n % 997}`)
    expect(book.size).toBeLessThanOrEqual(256 * 64)
  })

  it('lets one source fill no more than an eighth of it', () => {
    const { book, add } = setUp()
    for (let n = 0; n < 50_000; n++) add(`p${n}`, addressOf(n), 'one liar')
    expect(book.size).toBeLessThanOrEqual(32 * 64)
  })

  it('keeps what was reached from being displaced by what is only reported', () => {
    const { book, add } = setUp()
    for (let n = 0; n < 40; n++) {
      add(`honest ${n}`, addressOf(n), 'friends')
      book.succeeded(`honest ${n}`)
    }
    for (let n = 0; n < 50_000; n++) add(`liar ${n}`, `/ip4/66.${n % 4}.3.${n % 250}/tcp/9000`, `group ${n % 8}`)
    for (let n = 0; n < 40; n++) expect(book.get(`honest ${n}`)?.table).toBe('old')
  })

  it('still draws honest peers, and not seldom, when a thousand liars are reported from four groups', () => {
    const { book, add } = setUp(42)
    for (let n = 0; n < 40; n++) {
      add(`honest ${n}`, addressOf(n), 'friends')
      book.succeeded(`honest ${n}`)
    }
    for (let n = 0; n < 1000; n++) add(`liar ${n}`, `/ip4/66.${n % 4}.3.${n % 250}/tcp/9000`, `group ${n % 4}`)
    const picked = Array.from({ length: 1000 }, () => book.pick({ newBias: 0.3 })!.id)
    expect(picked.filter((id) => id.startsWith('honest')).length).toBeGreaterThan(250)
  })
})
