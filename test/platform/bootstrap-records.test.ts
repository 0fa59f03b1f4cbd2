import { describe, expect, it } from 'vitest'
import { decodeEnr } from '../../src/discovery/enr/index.ts'
import { bootstrapRecords } from '../../src/platform/node/discv5/bootstrap-records.ts'
import { fixtures } from '../kit/fixtures.ts'

describe.each(['mainnet', 'sepolia', 'hoodi'])('the bootnodes of %s', (name) => {
  it('are signed records with a port for discovery, each once', () => {
    const records = bootstrapRecords(name)
    expect(records.length).toBeGreaterThan(5)
    expect(new Set(records).size).toBe(records.length)
    for (const record of records) expect(decodeEnr(record).pairs.has('udp')).toBe(true)
  })
})

it.skipIf(!fixtures.available)('the bootnodes of mainnet and Sepolia are those that their maintainers publish', () => {
  for (const name of ['mainnet', 'sepolia']) {
    const published = fixtures.text(`networks/${name}/bootstrap_nodes.yaml`).match(/enr:[\w-]+/g)
    expect(bootstrapRecords(name)).toEqual(published)
  }
})

it('a chain that is not built in has no published bootnodes', () => {
  expect(bootstrapRecords('my-devnet')).toEqual([])
  expect(bootstrapRecords('constructor')).toEqual([])
})
