import { expect, it, vi } from 'vitest'
import { createLightClient } from '../../src/index.ts'
import { testChain } from '../kit/network.ts'

/** The platform of a page, as far as finding peers goes. */
vi.mock('#platform', async () => {
  const { startDiscv5: _, resolveTxt: __, ...rest } = (await import('../../src/platform/node/index.ts')).platform
  return { platform: { ...rest, name: 'browser' } }
})

it.each([
  ['nobody is named', {}],
  ['discv5 is asked for, which it cannot speak,', { discv5: true }],
])('where %s a light client in a page says so at once', async (_, options) => {
  const creating = createLightClient({ chain: testChain(), checkpoint: `0x${'11'.repeat(32)}`, ...options })
  await expect(creating).rejects.toMatchObject({
    code: 'bootnodes_missing',
    message: expect.stringContaining('name a bootnode'),
  })
})
