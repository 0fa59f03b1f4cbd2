import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { walk } from '../../src/platform/node/discv5/walk.ts'

/** A discv5 node that knows one record, and whose lookups the test ends. */
function walker() {
  const events = new EventEmitter()
  const lookups: PromiseWithResolvers<readonly string[]>[] = []
  const node = {
    onDiscovered(listener: (record: string) => void) {
      events.on('discovered', listener)
      return () => events.off('discovered', listener)
    },
    kadValues: () => ['known'],
    findRandomNode() {
      const lookup = Promise.withResolvers<readonly string[]>()
      lookups.push(lookup)
      return lookup.promise
    },
  }
  return {
    node,
    lookups,
    listeners: () => events.listenerCount('discovered'),
    hear: (record: string) => void events.emit('discovered', record),
  }
}

describe('a walk through discv5', () => {
  it('reports what the routing table has before anybody answers', async () => {
    const { node } = walker()
    const records = walk<string>(node, 1, new AbortController().signal)
    expect(await records.next()).toEqual({ value: 'known', done: false })
    void records.return(undefined)
  })

  it('reports who was heard of as soon as that is, while the lookup waits for others', async () => {
    const { node, hear, lookups, listeners } = walker()
    const records = walk<string>(node, 1, new AbortController().signal)
    await records.next()
    const next = records.next()
    hear('early')
    expect(await next).toEqual({ value: 'early', done: false })
    const last = records.next()
    lookups[0]!.resolve(['late'])
    expect(await last).toEqual({ value: 'late', done: false })
    expect((await records.next()).done).toBe(true)
    expect(listeners()).toBe(0)
  })

  it('looks up as often as it was told to, one after the other', async () => {
    const { node, lookups } = walker()
    const told: string[] = []
    const over = (async () => {
      for await (const record of walk<string>(node, 3, new AbortController().signal)) told.push(record)
    })()
    for (const name of ['a', 'b', 'c']) {
      await expect.poll(() => lookups.length).toBe(name.charCodeAt(0) - 96)
      lookups.at(-1)!.resolve([name])
    }
    await over
    expect(told).toEqual(['known', 'a', 'b', 'c'])
  })

  it('fails as a lookup does, once all that was heard is told', async () => {
    const { node, hear, lookups, listeners } = walker()
    const records = walk<string>(node, 2, new AbortController().signal)
    await records.next()
    const next = records.next()
    hear('early')
    lookups[0]!.reject(new Error('stopped'))
    expect((await next).value).toBe('early')
    await expect(records.next()).rejects.toThrow('stopped')
    expect(listeners()).toBe(0)
  })

  it('rejects with the reason of an abort while nobody answers, and listens no more', async () => {
    const { node, listeners } = walker()
    const controller = new AbortController()
    const records = walk<string>(node, 1, controller.signal)
    await records.next()
    const next = records.next()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(next).rejects.toBe(reason)
    expect(listeners()).toBe(0)
  })
})
