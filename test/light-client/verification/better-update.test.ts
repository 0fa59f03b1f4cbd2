import { describe, expect, it } from 'vitest'
import { isBetterUpdate } from '../../../src/light-client/verification/index.ts'
import { altairChain, members, slotsPerPeriod, type UpdatePlan, updateBy } from '../../kit/verification/synthetic.ts'

const chain = altairChain()
const [signers, next] = [members(1), members(50).committee]
const count = (participants: number) => (position: number) => position < participants
const start = slotsPerPeriod

/** Each pair: the better one first, for the reason named. Twenty-two of thirty-two are a supermajority. */
const pairs: readonly (readonly [string, UpdatePlan, UpdatePlan])[] = [
  [
    'a supermajority, before all else',
    { attested: start + 9, signers: count(22) },
    { attested: start + 9, signers: count(21), next, finalized: start + 1 },
  ],
  [
    'more signers, without a supermajority',
    { attested: start + 9, signers: count(21) },
    { attested: start + 9, signers: count(20), next, finalized: start + 1 },
  ],
  [
    'a next committee',
    { attested: start + 9, signers: count(22), next },
    { attested: start + 9, finalized: start + 1 },
  ],
  [
    'a next committee that follows its signers',
    { attested: start + 9, signers: count(22), next },
    { attested: start - 1, signature: start, next, finalized: start - 8 },
  ],
  ['finality', { attested: start + 9, signers: count(22), next, finalized: start - 8 }, { attested: start + 9, next }],
  [
    'finality within the period',
    { attested: start + 9, signers: count(22), next, finalized: start },
    { attested: start + 9, next, finalized: start - 8 },
  ],
  [
    'more signers, where all else is equal',
    { attested: start + 9, signers: count(24), next, finalized: start },
    { attested: start + 8, signers: count(23), next, finalized: start },
  ],
  [
    'an older attested header',
    { attested: start + 8, signature: start + 20, next, finalized: start },
    { attested: start + 9, next, finalized: start },
  ],
  [
    'an earlier signature',
    { attested: start + 8, signature: start + 9, next, finalized: start },
    { attested: start + 8, signature: start + 10, next, finalized: start },
  ],
]

describe('isBetterUpdate()', () => {
  it.each(pairs)('prefers %s', (_, better, worse) => {
    const [a, b] = [better, worse].map((plan) => updateBy(chain, signers, plan).value) as [never, never]
    expect(isBetterUpdate(chain, a, b)).toBe(true)
    expect(isBetterUpdate(chain, b, a)).toBe(false)
  })

  it('prefers no update to itself', () => {
    const { value } = updateBy(chain, signers, { attested: start + 9, next, finalized: start })
    expect(isBetterUpdate(chain, value, value)).toBe(false)
  })
})
