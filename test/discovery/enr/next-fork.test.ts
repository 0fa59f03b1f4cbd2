import { describe, expect, it } from 'vitest'
import { forkDigests, fromHex, mainnet, slotStartMs, startSlotOfEpoch } from '../../../src/chain/index.ts'
import { encodeForkId, forkIdAt, forkPairsAt, signEnr } from '../../../src/discovery/enr/index.ts'
import { expectsChange } from '../../../src/discovery/enr/next-fork.ts'

const digests = forkDigests(mainnet)
const atEpoch = (epoch: number): number => slotStartMs(mainnet, startSlotOfEpoch(mainnet, epoch))
const recordOf = (pairs: readonly [string, Uint8Array][]) => signEnr(new Uint8Array(32).fill(1), { seq: 1n, pairs })

const changes = digests.slice(1).map((to, n) => ({ name: to.fork.name, epoch: to.startEpoch, from: digests[n]!, to }))

describe.each(changes)('at the change of digest at epoch $epoch ($name) a record', ({ epoch, from, to }) => {
  const before = atEpoch(epoch - 1)
  const eth2 = forkIdAt(mainnet, before)
  const withEth2 = (change: Partial<typeof eth2>, ...pairs: [string, Uint8Array][]) =>
    recordOf([['eth2', encodeForkId({ ...eth2, ...change })], ...pairs])

  it('that is like ours expects the same, with `nfd` or without', () => {
    expect(expectsChange(recordOf(forkPairsAt(mainnet, before)), from, to)).toBe(true)
    expect(expectsChange(withEth2({}), from, to)).toBe(true)
  })

  it('with another epoch or version, or none to come, expects another', () => {
    for (const nextForkEpoch of [epoch - 1, epoch + 1, Number.POSITIVE_INFINITY]) {
      expect(expectsChange(withEth2({ nextForkEpoch }), from, to)).toBe(false)
    }
    expect(expectsChange(withEth2({ nextForkVersion: '0x99000000' }), from, to)).toBe(false)
  })

  it('with the same epoch and version, but another digest in `nfd`, expects another', () => {
    expect(expectsChange(withEth2({}, ['nfd', fromHex(to.digest)]), from, to)).toBe(true)
    for (const nfd of [fromHex(from.digest), new Uint8Array(4), new Uint8Array(3), new Uint8Array()]) {
      expect(expectsChange(withEth2({}, ['nfd', nfd]), from, to)).toBe(false)
    }
  })

  it('of another digest, or of none, does not say', () => {
    expect(expectsChange(recordOf(forkPairsAt(mainnet, atEpoch(epoch))), from, to)).toBeUndefined()
    expect(expectsChange(withEth2({ forkDigest: '0x01020304', nextForkEpoch: 1 }), from, to)).toBeUndefined()
    expect(expectsChange(recordOf([]), from, to)).toBeUndefined()
  })
})
