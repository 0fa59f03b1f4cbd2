import { expect, it } from 'vitest'
import { LamparaError } from '../../../src/errors/index.ts'
import { readMessage, readStatus, writeStatus } from '../../../src/light-client/tabs/messages.ts'
import type { LightClientStatus } from '../../../src/light-client/types.ts'
import { headAt } from './fake-browser.ts'

const from = 'a'
const status: LightClientStatus = {
  state: 'stalled',
  message: 'No new head',
  help: 'more peers help',
  peers: 2,
  optimistic: headAt(10),
  finalized: headAt(8, 'finalized'),
  headAgeMs: 5_000,
  error: new LamparaError('clock_skewed', 'The clock is slow', { details: { offsetMs: 5 } }),
}

it('a status comes through whole, its error with code and details, and the age as it is read', () => {
  const sent = structuredClone({ from, type: 'status', status: writeStatus(status) })
  const read = readMessage(sent)
  if (read.type !== 'status') throw new Error('It is no status')
  const { error, headAgeMs, ...rest } = readStatus(read.status, () => 7_000)
  const { error: _, headAgeMs: __, ...expected } = status
  expect(rest).toEqual(expected)
  expect(headAgeMs).toBe(7_000)
  expect(error).toBeInstanceOf(LamparaError)
  expect(error).toMatchObject({ code: 'clock_skewed', details: { offsetMs: 5 }, message: status.error?.message })
})

it.each([
  [undefined, 'the message is no object'],
  [[], 'the message is no object'],
  [{ type: 'hello' }, 'from is no text'],
  [{ from: 'x'.repeat(20_000), type: 'hello' }, 'from is no text'],
  [{ from, type: 'hello', known: 5 }, 'known is no text'],
  [{ from, type: 'constructor' }, '"constructor" is not known'],
  [{ from, type: 'check', to: 'b', id: '1' }, 'id is no number'],
  [{ from, type: 'refused', to: 'b' }, 'reason is no text'],
  [{ from, type: 'head' }, 'head is no object'],
  [{ from, type: 'head', head: { ...headAt(1), kind: 'odd' } }, 'head.kind is unknown'],
  [{ from, type: 'head', head: { ...headAt(1), slot: Number.NaN } }, 'head.slot is no number'],
  [{ from, type: 'head', head: { ...headAt(1), root: '0xzz' } }, 'head.root is no root'],
  [{ from, type: 'head', head: { ...headAt(1), supermajority: 1 } }, 'head.supermajority is not true or false'],
  [{ from, type: 'head', head: { ...headAt(1), agreement: {} } }, 'head.agreement.paths is no number'],
  [{ from, type: 'status', status: { ...status, error: undefined, state: 'toString' } }, 'status.state is unknown'],
  [{ from, type: 'status', status: { ...writeStatus(status), error: 'odd' } }, 'status.error is no object'],
  [{ from, type: 'status', status: { ...writeStatus(status), finalized: {} } }, 'status.finalized.kind is unknown'],
])('a message that is wrong is refused, and the words say why: %#', (message, words) => {
  expect(() => readMessage(message)).toThrow(words)
  expect(() => readMessage(message)).toThrow(LamparaError)
})
