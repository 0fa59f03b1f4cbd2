import { describe, expect, it } from 'vitest'
import { createLog, type LogOptions } from '../../src/cli/log/create-log.ts'
import { libp2pLogger } from '../../src/cli/log/libp2p-logger.ts'
import { createFakeClock } from '../kit/fake-clock.ts'

function logged(options: Partial<LogOptions> = {}) {
  const clock = createFakeClock(Date.UTC(2026, 11, 1))
  const lines: string[] = []
  const log = createLog({ now: () => clock.now(), write: (line) => void lines.push(line), ...options })
  return { log, lines, clock }
}

describe('the log of a program', () => {
  it('writes time, level, message and fields in one line of text', () => {
    const { log, lines } = logged()
    log.warn('status', 'No new head', { slot: 7, why: 'two words', left: undefined, list: ['a', 'b'] })
    expect(lines).toEqual(['2026-12-01T00:00:00.000Z WARN  No new head  slot=7  why="two words"  list=a,b'])
  })

  it('writes one JSON object a line', () => {
    const { log, lines } = logged({ format: 'json' })
    log.info('status', 'Following', { slot: 7 })
    expect(JSON.parse(lines[0]!)).toEqual({
      time: '2026-12-01T00:00:00.000Z',
      level: 'info',
      type: 'status',
      message: 'Following',
      slot: 7,
    })
  })

  it.each([
    ['error', ['error']],
    ['info', ['error', 'warn', 'info']],
    ['trace', ['error', 'warn', 'info', 'debug', 'trace']],
  ] as const)('writes with level %s only what is as grave', (level, written) => {
    const { log, lines } = logged({ level, format: 'json' })
    for (const each of ['error', 'warn', 'info', 'debug', 'trace'] as const) log[each](each, 'x')
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(written)
  })

  it('leaves out lines of one type beyond so many a minute, says how many, and never leaves out errors', async () => {
    const { log, lines, clock } = logged({ format: 'json', maxPerMinute: 2 })
    for (let i = 0; i < 5; i++) log.info('flood', 'x')
    log.info('other', 'x')
    for (let i = 0; i < 3; i++) log.error('broken', 'x')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual([
      'flood',
      'flood',
      'other',
      'broken',
      'broken',
      'broken',
    ])
    await clock.advance(60_000)
    log.info('flood', 'x')
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'flood', suppressed: 3 })
  })

  it.each(['text', 'json'] as const)('lets no text of a peer steer the terminal or begin a line, as %s', (format) => {
    const { log, lines } = logged({ format })
    const hostile = 'a\nb\r\u001b[31mc\u009b2J\u202ed\u2028e\u0007'
    log.info('banned', hostile, { agent: hostile })
    expect(lines).toHaveLength(1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/)
    if (format === 'json') expect(JSON.parse(lines[0]!).agent).toBe(hostile)
  })

  it('takes libp2p’s lines without their stack traces: errors with debug, the rest with trace', () => {
    expect(libp2pLogger(logged({ level: 'info' }).log)).toBeUndefined()
    const { log, lines } = logged({ level: 'debug', format: 'json' })
    const logger = libp2pLogger(log)!.forComponent('libp2p:dialer')
    expect(logger.enabled).toBe(false)
    logger('not this')
    const error = new Error('first line\n    at somewhere (x.js:1:1)')
    logger.newScope('queue').error('failed to dial %p - %e', 'peer', error)
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'debug',
      type: 'libp2p:dialer:queue',
      message: 'failed to dial peer - first line',
    })
    const all = logged({ level: 'trace', format: 'json' })
    libp2pLogger(all.log)!.forComponent('libp2p')('dialing %d%%', 5)
    expect(JSON.parse(all.lines[0]!)).toMatchObject({ level: 'trace', message: 'dialing 5%' })
  })
})
