import { describe, expect, it } from 'vitest'
import { createRequestQueue, type QueueOptions, type RequestQueue } from '../../../src/reqresp/limits/request-queue.ts'
import { createFakeClock, settle } from '../../kit/fake-clock.ts'

const never = new AbortController().signal
const clock = createFakeClock()
const oneAtOnce = (): RequestQueue => createRequestQueue({ clock, maxActive: 1, maxWaiting: 64 })

/** Asks for turns under names, holds each until the next step, and tells the order in which they were had. */
async function orderOf(limiter: RequestQueue, asked: readonly (readonly [name: string, options: QueueOptions])[]) {
  const order: string[] = []
  const first = await limiter.acquire('a', never)
  const turns = asked.map(async ([name, options]) => {
    const release = await limiter.acquire('a', never, options)
    order.push(name)
    release()
  })
  first()
  await Promise.all(turns)
  return order
}

describe('the priority of a request', () => {
  it('decides among those that wait, and the order of asking among equals', async () => {
    const order = await orderOf(oneAtOnce(), [
      ['low', { priority: 'low' }],
      ['normal', {}],
      ['high', { priority: 'high' }],
      ['second normal', { priority: 'normal' }],
      ['second high', { priority: 'high' }],
    ])
    expect(order).toEqual(['high', 'second high', 'normal', 'second normal', 'low'])
  })

  it('keeps nobody waiting for ever: fewer than 32 later ones pass a low one, fewer than eight a normal one', async () => {
    const limiter = oneAtOnce()
    const order: string[] = []
    let release = await limiter.acquire('a', never)
    const ask = (name: string, options: QueueOptions): void => {
      void limiter.acquire('a', never, options).then((next) => {
        order.push(name)
        release = next
      })
    }
    ask('low', { priority: 'low' })
    ask('normal', {})
    for (let turn = 0; turn < 40; turn++) {
      ask('high', { priority: 'high' })
      release()
      await settle()
    }
    expect(order.indexOf('normal')).toBe(7)
    expect(order.indexOf('low')).toBe(31)
  })
})

describe('a pace', () => {
  const pace = { tokens: 2, windowMs: 30_000 }

  it('lets a burst pass at once, and what follows one by one', async () => {
    const limiter = createRequestQueue({ clock, maxActive: 8, maxWaiting: 64 })
    let granted = 0
    for (let i = 0; i < 4; i++) void limiter.acquire('a', never, { rateLimit: pace }).then(() => granted++)
    await settle()
    expect(granted).toBe(2)
    await clock.advance(14_999)
    expect(granted).toBe(2)
    await clock.advance(1)
    expect(granted).toBe(3)
    await clock.advance(15_000)
    expect(granted).toBe(4)
    expect(clock.pending).toBe(0)
  })

  it('is used up by those that ignore it, too, which do not wait behind those that heed it', async () => {
    const limiter = createRequestQueue({ clock, maxActive: 8, maxWaiting: 64 })
    const order: string[] = []
    const ask = async (name: string, options: QueueOptions): Promise<void> => {
      await limiter.acquire('a', never, { rateLimit: pace, ...options })
      order.push(name)
    }
    await Promise.all([ask('first', {}), ask('second', { skipRateLimit: true })])
    const third = ask('third', {})
    await ask('urgent', { skipRateLimit: true })
    expect(order).toEqual(['first', 'second', 'urgent'])
    expect(limiter.waitMs('b', { rateLimit: pace })).toBe(0)
    await clock.advance(30_000)
    await third
    expect(order).toEqual(['first', 'second', 'urgent', 'third'])
  })

  it('is not spent by who leaves before its turn, and leaves no timer behind', async () => {
    const limiter = createRequestQueue({ clock, maxActive: 8, maxWaiting: 64 })
    await Promise.all([
      limiter.acquire('a', never, { rateLimit: pace }),
      limiter.acquire('a', never, { rateLimit: pace }),
    ])
    const controller = new AbortController()
    const leaving = limiter.acquire('a', controller.signal, { rateLimit: pace })
    expect(clock.pending).toBe(1)
    controller.abort('gone')
    await expect(leaving).rejects.toBe('gone')
    expect(clock.pending).toBe(0)
    expect(limiter.waitMs('a', { rateLimit: pace })).toBe(15_000)
    await clock.advance(15_000)
    await limiter.acquire('a', never, { rateLimit: pace })
  })

  it('puts nobody off for longer than itself when the clock is set back', async () => {
    const limiter = createRequestQueue({ clock, maxActive: 8, maxWaiting: 64 })
    const own = createFakeClock(3_600_000)
    const paced = createRequestQueue({ clock: own, maxActive: 8, maxWaiting: 64 })
    await Promise.all([paced.acquire('a', never, { rateLimit: pace }), paced.acquire('a', never, { rateLimit: pace })])
    own.set(0)
    let granted = false
    void paced.acquire('a', never, { rateLimit: pace }).then(() => {
      granted = true
    })
    await own.advance(15_000)
    expect(granted).toBe(true)
    expect(limiter.pending).toBe(0)
  })
})
