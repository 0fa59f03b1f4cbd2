import { LamparaError, type LightClient } from 'lampara'
import { expect, test } from 'vitest'
import type { AppEvent } from '../../demo/state/app-state.ts'
import { startSession } from '../../demo/state/session.ts'
import { fakeClient } from '../browser/gallery/fake-client.ts'
import { scenes } from '../browser/gallery/scenes.ts'

const scene = scenes.following
if (scene === undefined) throw new Error('The gallery lost its first scene')

/** Collects events and lets a test wait for one of them. */
function recorder() {
  const events: AppEvent[] = []
  const waiting: (() => void)[] = []
  return {
    events,
    dispatch(event: AppEvent) {
      events.push(event)
      for (const wake of waiting.splice(0)) wake()
    },
    async until(type: AppEvent['type']): Promise<void> {
      while (!events.some((event) => event.type === type)) await new Promise<void>((wake) => waiting.push(wake))
    },
  }
}

test('a session tells chain, status, peers, heads and events of its client', async () => {
  const { events, dispatch, until } = recorder()
  const session = startSession(async () => fakeClient(scene), dispatch)
  await Promise.all([until('head'), until('network')])
  await session.stop()
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set(['opened', 'status', 'peers', 'head', 'network', 'stopping', 'stopped']),
  )
  expect(events.find(({ type }) => type === 'opened')).toMatchObject({
    chain: { slotsPerEpoch: 32, committeeSize: 512 },
  })
})

test('a client that cannot start is told with its code', async () => {
  const { events, dispatch, until } = recorder()
  const session = startSession(
    () => Promise.reject(new LamparaError('join_document_invalid', 'Cannot read it')),
    dispatch,
  )
  await until('open-failed')
  await session.stop()
  expect(events).toEqual([
    {
      type: 'open-failed',
      problem: { code: 'join_document_invalid', message: 'Cannot read it [join_document_invalid]' },
    },
  ])
})

test('stopping while it opens aborts the opening and says nothing but that it stopped', async () => {
  const { events, dispatch } = recorder()
  const session = startSession(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    dispatch,
  )
  await session.stop()
  expect(events.map(({ type }) => type)).toEqual(['stopping', 'stopped'])
})

test('a client that opens although it was told to stop is stopped, and never shown', async () => {
  const { events, dispatch } = recorder()
  const opening = Promise.withResolvers<LightClient>()
  let stops = 0
  const client = { ...fakeClient(scene), stop: async () => void stops++ }
  const session = startSession(() => opening.promise, dispatch)
  const stopped = Promise.all([session.stop(), session.stop()])
  opening.resolve(client)
  await stopped
  expect(stops).toBe(1)
  expect(events.map(({ type }) => type)).toEqual(['stopping', 'stopped'])
})
