import { expect, it } from 'vitest'
import { withJson } from '../../src/light-client/head.ts'
import type { Head } from '../../src/light-client/types.ts'

const head: Head = {
  kind: 'optimistic',
  slot: 100,
  root: '0x01',
  parentRoot: '0x02',
  stateRoot: '0x03',
  fork: 'electra',
  execution: { blockHash: '0x04', blockNumber: 2n ** 60n, stateRoot: '0x05', timestamp: 7n },
  participation: 1,
  supermajority: true,
  agreement: { paths: 1, asked: 1 },
  slotStartMs: 1_000,
  verifiedAtMs: 1_500,
}

it('a head goes through JSON with big numbers as decimal strings, and stays plain data', () => {
  const shown = withJson({ ...head })
  expect(JSON.parse(JSON.stringify({ shown })).shown).toEqual({
    ...head,
    execution: { ...head.execution, blockNumber: '1152921504606846976', timestamp: '7' },
  })
  expect(shown).toEqual(head)
  expect(Object.keys(shown)).toEqual(Object.keys(head))
  expect(structuredClone(shown)).toEqual(head)
})

it('a head without an execution block, or with its hash alone, goes through JSON as it is', () => {
  const { execution: _, ...bare } = head
  expect(JSON.parse(JSON.stringify(withJson({ ...bare })))).toEqual(bare)
  const hashAlone = { ...bare, execution: { blockHash: '0x04' } } as const
  expect(JSON.parse(JSON.stringify(withJson({ ...hashAlone })))).toEqual(hashAlone)
})
