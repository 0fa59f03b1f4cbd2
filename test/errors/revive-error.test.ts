import { expect, it } from 'vitest'
import { LamparaError, reviveError } from '../../src/errors/index.ts'

const inner = new LamparaError('dial_failed', 'Cannot dial x', { details: { peer: 'x' }, cause: new TypeError('odd') })
const outer = new LamparaError('checkpoint_unavailable', 'Cannot start', {
  cause: inner,
  details: { slot: 5, answers: [inner] },
})

it('an error goes through JSON with its code, details and causes', () => {
  const again = reviveError(JSON.parse(JSON.stringify(outer)))
  expect(again).toBeInstanceOf(LamparaError)
  expect(again).toMatchObject({
    code: outer.code,
    message: outer.message,
    details: { slot: 5, answers: [{ code: 'dial_failed' }] },
  })
  expect(again.cause).toBeInstanceOf(LamparaError)
  expect(again.cause).toMatchObject({ code: 'dial_failed', message: inner.message, details: { peer: 'x' } })
  expect((again.cause as Error).cause).toMatchObject({ name: 'TypeError', message: 'odd' })
  expect(reviveError(structuredClone(outer.toJSON()))).toMatchObject({
    code: outer.code,
    cause: { code: 'dial_failed' },
  })
})

it('a structured clone of an error keeps its code, which ends its message', () => {
  const again = reviveError(structuredClone(outer))
  expect(again).toMatchObject({ code: 'checkpoint_unavailable', message: outer.message })
  expect(reviveError(outer)).toBe(outer)
})

it('anything else becomes an internal error with words', () => {
  expect(reviveError(new Error('odd'))).toMatchObject({ code: 'internal', message: 'odd [internal]' })
  for (const value of [undefined, null, 5, 'text', {}, { message: 5 }, { message: 'x', code: 'no_such_code' }]) {
    expect(reviveError(value)).toMatchObject({ code: 'internal' })
  }
})
