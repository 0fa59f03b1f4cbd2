import { describe, expect, it } from 'vitest'
import { createPeerScores } from '../../../src/peers/scoring/peer-scores.ts'
import { createFakeClock } from '../../kit/fake-clock.ts'

const MINUTE_MS = 60_000

describe('the score book', () => {
  it('bans at −50, for half an hour, and tells only the penalty that did it', async () => {
    const clock = createFakeClock(1_000)
    const book = createPeerScores(clock)
    for (let i = 0; i < 4; i++) expect(book.lower('a', 'low-tolerance')).toBeUndefined()
    expect(book.bannedUntilMs('a')).toBeUndefined()
    expect(book.lower('a', 'low-tolerance')).toBe(1_000 + 30 * MINUTE_MS)
    expect(book.lower('a', 'low-tolerance')).toBeUndefined()
    await clock.advance(30 * MINUTE_MS - 1)
    expect(book.bannedUntilMs('a')).toBe(1_000 + 30 * MINUTE_MS)
    await clock.advance(1)
    expect(book.bannedUntilMs('a')).toBeUndefined()
  })

  it('bans at once for a fatal penalty, however good the peer was', () => {
    const book = createPeerScores(createFakeClock())
    book.raise('a', 100)
    expect(book.lower('a', 'fatal')).toBe(30 * MINUTE_MS)
    expect(book.scoreOf('a')).toBe(-100)
  })

  it('lets scores fade by half in ten minutes', async () => {
    const clock = createFakeClock()
    const book = createPeerScores(clock)
    book.lower('a', 'low-tolerance')
    book.raise('b', 8)
    await clock.advance(10 * MINUTE_MS)
    expect(book.scoreOf('a')).toBeCloseTo(-5)
    expect(book.scoreOf('b')).toBeCloseTo(4)
    await clock.advance(20 * MINUTE_MS)
    expect(book.scoreOf('b')).toBeCloseTo(1)
  })

  it('keeps scores within ±100, and is not moved by a clock that is set back', () => {
    const clock = createFakeClock(1_000_000)
    const book = createPeerScores(clock)
    book.raise('a', 1_000)
    expect(book.scoreOf('a')).toBe(100)
    clock.set(0)
    expect(book.scoreOf('a')).toBe(100)
  })

  it('remembers a bounded number of peers, the latest offenders', () => {
    const book = createPeerScores(createFakeClock())
    for (let i = 0; i < 10_001; i++) book.lower(`peer ${i}`, 'fatal')
    expect(book.bannedUntilMs('peer 0')).toBeUndefined()
    expect(book.scoreOf('peer 0')).toBe(0)
    expect(book.bannedUntilMs('peer 1')).toBeDefined()
    expect(book.bannedUntilMs('peer 10000')).toBeDefined()
  })
})
