import { describe, expect, test } from 'vitest'
import { emptyForm, formFromQuery, isFieldProblem, queryOf, targetFromForm } from '../../demo/connect/target.ts'

const page = 'https://wallet.example/lampara/'
const peer = '16Uiu2HAm7xzVfnEXbMVyCcQTSDM94ymGKkDfBLrGqdKCiMJYNnJ3'
const root = `0x${'ab'.repeat(32)}`

describe('the address bar', () => {
  test('`?join=` fills the join document and leads back to the same query', () => {
    const form = formFromQuery('?join=http://127.0.0.1:4900/.well-known/lampara.json')
    const target = targetFromForm(form, page)
    expect(target).toEqual({ kind: 'join', url: 'http://127.0.0.1:4900/.well-known/lampara.json' })
    expect(!isFieldProblem(target) && queryOf(target)).toBe('?join=http://127.0.0.1:4900/.well-known/lampara.json')
  })

  test('`?bootnode=…&chain=…&checkpoint=…` names a bootnode and leads back to the same query', () => {
    const query = `?bootnode=/dns4/relay.example/tcp/443/tls/ws/p2p/${peer}&chain=hoodi&checkpoint=${root}`
    const target = targetFromForm(formFromQuery(query), page)
    expect(target).toEqual({
      kind: 'bootnode',
      address: `/dns4/relay.example/tcp/443/tls/ws/p2p/${peer}`,
      chain: 'hoodi',
      checkpoint: root,
    })
    expect(!isFieldProblem(target) && queryOf(target)).toBe(query)
  })

  test('an unknown chain falls back to mainnet and an overlong value is cut', () => {
    const form = formFromQuery(`?bootnode=${'/x'.repeat(5000)}&chain=narnia`)
    expect(form.chain).toBe('mainnet')
    expect(form.address.length).toBe(2048)
  })

  test('characters that a query cannot hold survive the way there and back', () => {
    const target = targetFromForm({ ...emptyForm, url: 'https://relay.example/join?a=1&b=ü#x' }, page)
    if (isFieldProblem(target)) throw new Error(target.words)
    expect(formFromQuery(queryOf(target)).url).toBe(target.kind === 'join' ? target.url : '')
  })
})

describe('the form', () => {
  test.each([
    ['relay.example', 'https://relay.example/'],
    ['http://127.0.0.1:4900', 'http://127.0.0.1:4900/'],
    ['https://relay.example/deep/join.json', 'https://relay.example/deep/join.json'],
    ['/.well-known/lampara.json', 'https://wallet.example/.well-known/lampara.json'],
    ['  https://relay.example/a.json ', 'https://relay.example/a.json'],
  ])('takes %j as the join document at %s', (url, expected) => {
    expect(targetFromForm({ ...emptyForm, url }, page)).toEqual({ kind: 'join', url: expected })
  })

  test.each(['', 'ftp://relay.example/x', 'javascript://x', 'https://', 'two words'])(
    'says in words why %j is no join document',
    (url) => {
      expect(targetFromForm({ ...emptyForm, url }, page)).toMatchObject({ field: 'url', words: expect.any(String) })
    },
  )

  test.each([
    ['', 'address'],
    ['relay.example', 'address'],
    ['/ip4/203.0.113.9/tcp/9000', 'address'],
    [`/ip4/203.0.113.9/tcp/9000/p2p/${peer}`, 'address'],
    [`/ip4/203.0.113.9/tcp/9000/ws/p2p/${peer}`, 'checkpoint'],
  ])('says which field is wrong for the bootnode %j', (address, field) => {
    const form = { ...emptyForm, kind: 'bootnode' as const, address, checkpoint: '0x1234' }
    expect(targetFromForm(form, page)).toMatchObject({ field })
  })
})
