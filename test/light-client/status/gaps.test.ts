import { expect, it } from 'vitest'
import { createGapTracker, withGaps } from '../../../src/light-client/status/gaps.ts'
import type { Head } from '../../../src/light-client/types.ts'
import { createWatchable } from '../../../src/streams/watchable.ts'

/** A head whose root tells its slot, and whose parent is that of another slot. */
function headAt(slot: number, parentSlot: number): Head {
  return { kind: 'optimistic', slot, root: `0x${slot}`, parentRoot: `0x${parentSlot}` } as Head
}

function setUp() {
  let slot = 10
  const tracker = createGapTracker(() => slot)
  tracker.onHead(headAt(9, 8), false)
  return {
    tracker,
    /** Slots pass, and timers tell each of them, or none. */
    pass(to: number, told = true): void {
      while (slot < to) {
        slot++
        if (told) tracker.noteSlot(slot)
      }
    },
  }
}

it('a head that follows its parent leaves out nothing, however many slots are empty', () => {
  const { tracker, pass } = setUp()
  pass(15)
  expect(tracker.onHead(headAt(14, 9), false)).toBeUndefined()
  expect(tracker.onHead(headAt(15, 14), false)).toBeUndefined()
})

it('a head of the next slot on another branch leaves out nothing', () => {
  const { tracker } = setUp()
  expect(tracker.onHead(headAt(10, 7), false)).toBeUndefined()
})

it('slots that are left out are told with the reason', () => {
  const { tracker, pass } = setUp()
  pass(15)
  expect(tracker.onHead(headAt(14, 13), false)).toEqual({
    kind: 'gap',
    fromSlot: 10,
    toSlot: 13,
    reason: 'not_received',
  })
  tracker.noteDisconnected()
  expect(tracker.onHead(headAt(20, 19), false)).toMatchObject({ fromSlot: 15, toSlot: 19, reason: 'disconnected' })
  expect(tracker.onHead(headAt(30, 29), true)).toMatchObject({ reason: 'catching_up' })
  expect(tracker.onHead(headAt(40, 39), false)).toMatchObject({ reason: 'not_received' })
})

it('slots in which timers did not run are slept through, whether the timer or the head is the first to wake', () => {
  const { tracker, pass } = setUp()
  pass(60, false)
  tracker.noteDisconnected()
  expect(tracker.onHead(headAt(59, 58), true)).toMatchObject({ reason: 'asleep' })
  tracker.noteSlot(60)
  tracker.onHead(headAt(60, 59), false)
  pass(120, false)
  tracker.noteSlot(120)
  expect(tracker.onHead(headAt(119, 118), false)).toMatchObject({ fromSlot: 61, toSlot: 118, reason: 'asleep' })
})

it('slots before the first head that was seen are those of catching up', () => {
  const { tracker } = setUp()
  expect(tracker.reasonOf(5, 8)).toBe('catching_up')
  expect(tracker.reasonOf(9, 12)).toBe('not_read')
})

it('a head that is taken back is followed by no gap', () => {
  const { tracker } = setUp()
  expect(tracker.onHead(undefined, false)).toBeUndefined()
  expect(tracker.onHead(headAt(100, 99), false)).toBeUndefined()
})

it('a reader is told each gap once, before the head after it, and of heads that it was too slow for', async () => {
  const heads = createWatchable<Head>(headAt(9, 8))
  const { tracker } = setUp()
  const reader = withGaps(heads.values(), tracker.reasonOf)[Symbol.asyncIterator]()
  expect((await reader.next()).value).toMatchObject({ slot: 9 })
  const show = (head: Head): void => {
    tracker.onHead(head, false)
    heads.set(head)
  }
  show(headAt(14, 13))
  const [gap, head, following] = [reader.next(), reader.next(), reader.next()]
  expect((await gap).value).toEqual({ kind: 'gap', fromSlot: 10, toSlot: 13, reason: 'not_received' })
  expect((await head).value).toMatchObject({ kind: 'optimistic', slot: 14 })
  show(headAt(15, 14))
  expect((await following).value).toMatchObject({ slot: 15 })
  show(headAt(16, 15))
  show(headAt(17, 16))
  show(headAt(18, 17))
  expect((await reader.next()).value).toEqual({ kind: 'gap', fromSlot: 16, toSlot: 17, reason: 'not_read' })
  expect((await reader.next()).value).toMatchObject({ slot: 18 })
  const pending = reader.next()
  await reader.return?.()
  expect(await pending).toEqual({ done: true, value: undefined })
})
