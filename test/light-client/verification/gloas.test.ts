import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/chain/index.ts'
import { headOf } from '../../../src/light-client/head.ts'
import {
  initializeLightClientStore,
  type LightClientStore,
  processLightClientUpdate,
} from '../../../src/light-client/verification/index.ts'
import {
  contextDigestOf,
  decodeLightClientObjectOfDigest,
  encodeLightClientObject,
  headerRoot,
  type LightClientObject,
} from '../../../src/ssz/index.ts'
import { contextOf } from '../../kit/verification/context.ts'
import { bootstrapAt, members, slotsPerPeriod } from '../../kit/verification/synthetic.ts'
import {
  blockHashAt,
  electraBootstrap,
  GLOAS_SLOT,
  gloasBootstrap,
  gloasChain,
  gloasUpdate,
} from '../../kit/verification/synthetic-gloas.ts'

const chain = gloasChain()
const context = contextOf(chain)
const first = members(1)
const second = members(50)
const third = members(100)

async function storeAt(slot: number): Promise<LightClientStore> {
  const bootstrap = gloasBootstrap(chain, slot, first.committee)
  return initializeLightClientStore(context, toHex(headerRoot(bootstrap.value.header.beacon)), bootstrap)
}

function process(store: LightClientStore, update: LightClientObject<'update'>): Promise<LightClientStore> {
  return processLightClientUpdate(context, store, update, update.value.signatureSlot)
}

/** As it comes over the wire. */
function sent(update: LightClientObject<'update'>): LightClientObject<'update'> {
  return decodeLightClientObjectOfDigest(
    chain,
    'update',
    contextDigestOf(chain, update),
    encodeLightClientObject(chain, update),
  )
}

describe('light-client data of Gloas', () => {
  it('is followed from a bootstrap on, from one period into the next', async () => {
    const start = GLOAS_SLOT + 8
    const moved = await process(
      await storeAt(start),
      sent(gloasUpdate(chain, first, { attested: start + 12, finalized: start + 4, next: second.committee })),
    )
    const attested = slotsPerPeriod + 20
    const later = await process(
      moved,
      sent(gloasUpdate(chain, second, { attested, finalized: attested - 12, next: third.committee })),
    )
    expect(later.finalizedHeader.beacon.slot).toBe(attested - 12)
    expect(later.optimisticHeader.beacon.slot).toBe(attested)
    expect(later.currentSyncCommittee).toEqual(second.committee)
    expect(later.nextSyncCommittee).toEqual(third.committee)
  })

  it('proves of a head’s execution block its hash, and no more', async () => {
    const { finalizedHeader } = await storeAt(GLOAS_SLOT + 8)
    const head = headOf(chain, finalizedHeader, {
      kind: 'finalized',
      participation: 1,
      agreement: { paths: 1, asked: 1 },
      supermajority: true,
      verifiedAtMs: 0,
    })
    expect(head).toMatchObject({ fork: 'gloas', slot: GLOAS_SLOT + 8 })
    expect(head.execution).toEqual({ blockHash: toHex(blockHashAt(GLOAS_SLOT + 8)) })
  })

  it('is followed across the fork, by an update that finalizes a block from before it', async () => {
    const bootstrap = electraBootstrap(GLOAS_SLOT - 16, first.committee)
    const root = toHex(headerRoot(bootstrap.value.header.beacon))
    const store = await initializeLightClientStore(context, root, bootstrap)
    const plan = { attested: GLOAS_SLOT + 4, finalized: GLOAS_SLOT - 8, next: second.committee }
    const later = await process(store, sent(gloasUpdate(chain, first, plan)))
    expect(later.finalizedHeader.beacon.slot).toBe(GLOAS_SLOT - 8)
    expect(later.optimisticHeader.beacon.slot).toBe(GLOAS_SLOT + 4)
    expect(later.nextSyncCommittee).toEqual(second.committee)
  })

  it('is refused with another block hash, or one bit of its branch changed', async () => {
    const store = await storeAt(GLOAS_SLOT + 8)
    const made = () =>
      gloasUpdate(chain, first, { attested: GLOAS_SLOT + 20, finalized: GLOAS_SLOT + 12, next: second.committee })
    for (const role of ['attestedHeader', 'finalizedHeader'] as const) {
      for (let at = -1; at < 11; at++) {
        const update = made()
        const { executionBlockHash, executionBranch } = update.value[role]
        const changed = (at < 0 ? executionBlockHash : executionBranch?.[at])!
        changed[7]! ^= 1
        await expect(process(store, update), `${role} ${at}`).rejects.toMatchObject({
          code: 'execution_branch_invalid',
        })
      }
    }
    await expect(process(store, made())).resolves.toMatchObject({
      optimisticHeader: { beacon: { slot: GLOAS_SLOT + 20 } },
    })
  })

  it('is refused in the containers of an earlier fork', async () => {
    const altair = bootstrapAt(GLOAS_SLOT + 8, first.committee)
    const root = toHex(headerRoot(altair.value.header.beacon))
    await expect(initializeLightClientStore(context, root, altair)).rejects.toMatchObject({
      code: 'execution_branch_invalid',
    })
  })
})
