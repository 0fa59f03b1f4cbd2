import { expect, it, onTestFinished } from 'vitest'
import type { SharedLightClient } from '../../../src/light-client/tabs/types.ts'
import type { Head, HeadGap } from '../../../src/light-client/types.ts'
import { settle } from '../../kit/fake-clock.ts'
import { createFakeBrowser, headAt } from './fake-browser.ts'

/** Slots of heads, and gaps, that a tab was told. */
function record(tab: SharedLightClient): (number | string)[] {
  const told: (number | string)[] = []
  void (async () => {
    for await (const head of tab.heads({ gaps: true }) as AsyncIterable<Head | HeadGap>) {
      told.push(head.kind === 'gap' ? `${head.fromSlot}-${head.toSlot}` : head.slot)
    }
  })()
  return told
}

/** Three tabs, of which the first leads at slot 10. */
async function openThree() {
  const browser = createFakeBrowser()
  const a = await browser.open('a')
  browser.clientOf('a').show(headAt(8, 'finalized'))
  browser.clientOf('a').show(headAt(10))
  await settle()
  const b = await browser.open('b')
  const c = await browser.open('c')
  onTestFinished(async () => {
    for (const tab of [a, b, c]) await tab.stop()
  })
  const told = [a, b, c].map(record)
  // The code for gaps is loaded on demand.
  while (told.some(({ length }) => length === 0)) await settle()
  return { browser, a, b, c, told }
}

it('one of three tabs runs the client, and all are told of the same heads and status', async () => {
  const { browser, a, b, c, told } = await openThree()
  expect([a, b, c].map(({ role }) => role)).toEqual(['leader', 'follower', 'follower'])
  expect(browser.clientsMade()).toBe(1)
  browser.clientOf('a').show(headAt(11))
  await settle()
  expect(told).toEqual([
    [10, 11],
    [10, 11],
    [10, 11],
  ])
  for (const tab of [a, b, c]) {
    expect(tab.status).toMatchObject({ state: 'following', peers: 1, optimistic: { slot: 11 } })
    expect((await tab.ready()).execution?.blockNumber).toBe(11n)
  }
  expect([a.client !== undefined, b.client, c.client]).toEqual([true, undefined, undefined])
  expect(JSON.parse(JSON.stringify(b.status)).optimistic.execution.blockNumber).toBe('11')
})

it('a follower reads the age of the head as it grows', async () => {
  const { browser, b } = await openThree()
  const before = b.status.headAgeMs!
  await browser.clock.advance(3_000)
  expect(b.status.headAgeMs! - before).toBe(3_000)
})

it.each(['closed', 'crashed'] as const)(
  'a leader that is %s is replaced, and no head is missed or told twice',
  async (how) => {
    const { browser, a, b, c, told } = await openThree()
    if (how === 'closed') await a.stop()
    else browser.crash('a')
    await settle()
    expect([b.role, c.role]).toEqual(['leader', 'follower'])
    expect(browser.clientsMade()).toBe(2)
    // The new one catches up from what is older.
    for (const slot of [7, 10, 11]) browser.clientOf('b').show(headAt(slot))
    await settle()
    browser.clientOf('b').show(headAt(12))
    await settle()
    expect(told.slice(1)).toEqual([
      [10, 11, 12],
      [10, 11, 12],
    ])
    expect(b.status.optimistic?.slot).toBe(12)
  },
)

it('heads that no tab saw while the lead passed on are told as a gap', async () => {
  const { browser, told } = await openThree()
  browser.crash('a')
  await settle()
  browser.clientOf('b').show(headAt(14))
  await settle()
  expect(told[2]).toEqual([10, '11-13', 14])
})

it('while a new leader catches up, the status keeps the newer head that was told before', async () => {
  const { browser, b, c } = await openThree()
  browser.crash('a')
  await settle()
  browser.clientOf('b').show(headAt(9))
  await settle()
  expect([b.status.optimistic?.slot, c.status.optimistic?.slot]).toEqual([10, 10])
})

it('a leader may take back a head that it told, as it does when a committee proves forged', async () => {
  const { browser, told } = await openThree()
  for (const slot of [12, 11]) {
    browser.clientOf('a').show(headAt(slot))
    await settle()
  }
  expect(told[1]).toEqual([10, '11-11', 12, 11])
})

it('the next leader begins only when the client and storage of the one before are closed', async () => {
  const { browser, a, b } = await openThree()
  const { calls } = browser.clientOf('a')
  let roleAtClose: string | undefined
  const { network } = browser.clientOf('a').client
  Object.assign(network.storage!, {
    close: async () => {
      calls.push('close')
      roleAtClose = b.role
    },
  })
  await a.stop()
  await settle()
  expect(calls).toEqual(['stop', 'close'])
  expect([roleAtClose, b.role]).toEqual(['follower', 'leader'])
})

it('a leader that is frozen without a word loses the lead, and follows when it is back', async () => {
  const { browser, a, b, c, told } = await openThree()
  browser.freeze('a')
  await browser.pass(30_000)
  const [leader] = [b, c].filter(({ role }) => role === 'leader')
  expect([b.role, c.role].sort()).toEqual(['follower', 'leader'])
  const id = leader === b ? 'b' : 'c'
  browser.clientOf(id).show(headAt(11))
  await settle()
  browser.thaw('a')
  await settle()
  expect(a.role).toBe('follower')
  expect(browser.clientOf('a').calls).toEqual(['stop', 'close'])
  await browser.pass(10_000)
  browser.clientOf(id).show(headAt(12))
  await settle()
  for (const slots of told) expect(slots).toEqual([10, 11, 12])
})

it('a leader that answers keeps the lead, however long no head comes', async () => {
  const { browser, a } = await openThree()
  await browser.pass(120_000)
  expect(a.role).toBe('leader')
  expect(browser.clientsMade()).toBe(1)
})

it('a repeated status is not told again', async () => {
  const { browser, b } = await openThree()
  let count = 0
  b.watchStatus(() => count++)
  // A new tab has the leader tell everything again.
  const late = await browser.open('d')
  await settle()
  expect(count).toBe(1)
  await late.stop()
})

it('a page that is frozen or left gives up the lead, channel and all, and joins again when it is back', async () => {
  const { browser, a, b } = await openThree()
  browser.pages.get('a')!.onAway()
  await settle()
  expect(browser.channels.has('a')).toBe(false)
  expect(b.role).toBe('leader')
  browser.clientOf('b').show(headAt(13))
  await settle()
  browser.pages.get('a')!.onBack()
  await settle()
  expect([a.role, a.status.optimistic?.slot]).toEqual(['follower', 13])
})

it('a follower has the leader look at its connections, and is told when nobody answers', async () => {
  const { browser, b } = await openThree()
  await b.check()
  expect(browser.clientOf('a').calls).toEqual(['check'])
  browser.freeze('a')
  const checking = b.check()
  checking.catch(() => {})
  await browser.pass(10_500)
  await expect(checking).rejects.toMatchObject({ code: 'timeout' })
})

it('a message that cannot be read is refused with words, and changes nothing', async () => {
  const { browser, b, c } = await openThree()
  browser.deliver('stranger', { from: 'stranger', type: 'head', head: { kind: 'optimistic', slot: 'x' } })
  browser.deliver('stranger', { from: 'stranger', type: 'refused', reason: 5 })
  browser.deliver('stranger', 'odd')
  await settle()
  const refusals = browser.sent.filter(
    (message) => (message as { type?: string }).type === 'refused' && (message as { to?: string }).to === 'stranger',
  )
  expect(refusals).toHaveLength(3)
  expect(refusals[0]).toMatchObject({ reason: expect.stringContaining('head.slot is no number') })
  expect([b.status.optimistic?.slot, c.status.optimistic?.slot]).toEqual([10, 10])
})

it('heads of a tab that does not lead are not taken', async () => {
  const { browser, told } = await openThree()
  browser.deliver('old', { from: 'old', type: 'head', head: headAt(99) })
  await settle()
  expect(told[1]).toEqual([10])
})

it('without Web Locks each tab is on its own', async () => {
  const browser = createFakeBrowser()
  const tabs = [await browser.open('a', { hasLocks: false }), await browser.open('b', { hasLocks: false })]
  expect(tabs.map(({ role }) => role)).toEqual(['alone', 'alone'])
  expect(browser.clientsMade()).toBe(2)
  for (const tab of tabs) await tab.stop()
})

it('the first tab rejects with what kept the client from being created, and leaves the lead to others', async () => {
  const browser = createFakeBrowser()
  const create = (): Promise<never> => Promise.reject(new TypeError('no chain'))
  await expect(browser.open('a', { create })).rejects.toThrow('no chain')
  const b = await browser.open('b')
  expect(b.role).toBe('leader')
  await b.stop()
})

it('a new leader whose client cannot be created says so, and the lead passes on', async () => {
  const browser = createFakeBrowser()
  const a = await browser.open('a')
  browser.clientOf('a').show(headAt(10))
  await settle()
  const b = await browser.open('b', { create: () => Promise.reject(new TypeError('no chain')) })
  const c = await browser.open('c')
  browser.crash('a')
  await settle()
  expect(c.role).toBe('leader')
  browser.clientOf('c').show(headAt(11))
  await browser.pass(3_000)
  expect(b.status.optimistic?.slot).toBe(11)
  for (const tab of [a, b, c]) await tab.stop()
})

it('a tab that stops ends its heads, has no peers, and refuses to check', async () => {
  const { b, c } = await openThree()
  const reading = (async () => {
    for await (const _ of b.heads());
  })()
  await b.stop()
  await reading
  expect(b.status).toMatchObject({ state: 'stopped', peers: 0 })
  await expect(b.check()).rejects.toMatchObject({ code: 'stopped' })
  await expect(b.ready()).rejects.toMatchObject({ code: 'stopped' })
  expect(c.role).toBe('follower')
})
