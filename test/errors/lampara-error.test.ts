import { describe, expect, expectTypeOf, it } from 'vitest'
import { errorCodes, isLamparaError, LamparaError, messageOf } from '../../src/errors/index.ts'

describe('LamparaError', () => {
  it('carries a code, a message, details and what it arose from', () => {
    const cause = new Error('refused')
    const error = new LamparaError('dial_failed', 'Cannot dial peer x: refused', { cause, details: { peer: 'x' } })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'LamparaError',
      code: 'dial_failed',
      message: 'Cannot dial peer x: refused [dial_failed]',
      details: { peer: 'x' },
      cause,
    })
    expect(String(error)).toBe('LamparaError: Cannot dial peer x: refused [dial_failed]')
  })

  it('has no cause and no details where none were given', () => {
    const error = new LamparaError('internal', 'Cannot go on')
    expect('cause' in error).toBe(false)
    expect(error.details).toEqual({})
  })

  it('passes through from() as it is, and wraps anything else with the action that failed', () => {
    const own = new LamparaError('timeout', 'Cannot wait')
    expect(LamparaError.from(own, 'internal', 'Cannot work')).toBe(own)
    for (const thrown of [new TypeError('odd'), 'odd']) {
      expect(LamparaError.from(thrown, 'internal', 'Cannot work')).toMatchObject({
        code: 'internal',
        message: 'Cannot work: odd [internal]',
        cause: thrown,
      })
    }
  })

  it('ends its message with its code, and leaves the code out where the message becomes part of another', () => {
    const inner = new LamparaError('peer_disconnected', 'Cannot read: the stream was reset')
    expect(inner.message).toBe('Cannot read: the stream was reset [peer_disconnected]')
    const outer = new LamparaError('dial_failed', `Cannot dial x: ${messageOf(inner)}`)
    expect(outer.message).toBe('Cannot dial x: Cannot read: the stream was reset [dial_failed]')
  })

  it('gives details the type of the code that it was narrowed to', () => {
    const error: unknown = new LamparaError('checkpoint_too_old', 'Cannot start', {
      details: { slot: 1, ageMs: 2_000 },
    })
    if (!isLamparaError(error, 'checkpoint_too_old')) throw error
    expectTypeOf(error.details.ageMs).toEqualTypeOf<number>()
    expectTypeOf(error.code).toEqualTypeOf<'checkpoint_too_old'>()
    expect(error.details.ageMs / 1_000).toBe(2)
  })

  it('is told from other errors by name and code, across copies of the package', () => {
    const own = new LamparaError('timeout', 'Cannot wait')
    expect(isLamparaError(own)).toBe(true)
    expect(isLamparaError(own, 'timeout')).toBe(true)
    expect(isLamparaError(own, 'aborted')).toBe(false)
    const foreign = Object.assign(new Error('Cannot wait'), { name: 'LamparaError', code: 'timeout' })
    expect(isLamparaError(foreign, 'timeout')).toBe(true)
    for (const other of [new Error('x'), { name: 'LamparaError', code: 'timeout' }, null, undefined, 'timeout']) {
      expect(isLamparaError(other)).toBe(false)
    }
  })

  it('has a closed set of codes, each once and in one form', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length)
    for (const code of errorCodes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
  })

  it('finds words for anything that was thrown', () => {
    expect(messageOf(new Error('words'))).toBe('words')
    expect(messageOf(undefined)).toBe('undefined')
    expect(messageOf(Object.create(null))).toBe('unknown error')
    expect(messageOf(Symbol('s'))).toBe('Symbol(s)')
    expect(messageOf({ message: 'words' })).toBe('words')
    expect(messageOf({})).toBe('unknown error')
  })

  it('finds words for an error that has a name and no message, as a browser has for a full disk', () => {
    expect(messageOf(new DOMException('', 'QuotaExceededError'))).toBe(
      'the storage that the browser allows this site is full',
    )
    expect(messageOf(new DOMException('', 'InvalidStateError'))).toBe('InvalidStateError')
    expect(messageOf(new Error(''))).toBe('unknown error')
  })

  it('finds words for events, which streams and sockets reject with', () => {
    const reset = Object.assign(new Event('close'), { error: new Error('The stream has been reset') })
    expect(messageOf(reset)).toBe('The stream has been reset')
    expect(messageOf(Object.assign(new Event('error'), { message: 'refused' }))).toBe('refused')
    // As `ws` has them in Node: with a text that is not there, of a class of its own.
    expect(messageOf({ type: 'error', message: '', error: new Error('') })).toBe('it broke, and did not say why')
    expect(messageOf(new Event('close'))).toBe('it closed before its time')
    expect(messageOf(new Event('odd'))).toBe('it ended with the event "odd"')
  })
})
