import { expect, test } from 'vitest'
import {
  formatCount,
  formatDelay,
  formatDuration,
  formatLatency,
  formatShare,
  shorten,
} from '../../demo/model/format.ts'

test.each([
  [-5, '0 s'],
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_600_000, '1 h'],
  [18_720_000, '5 h 12 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms reads %j', (ms, words) => {
  expect(formatDuration(ms)).toBe(words)
})

test('a share is never rounded up to all of the committee', () => {
  expect(formatShare(1)).toBe('100%')
  expect(formatShare(0.99999)).toBe('99.9%')
  expect(formatShare(0.96875)).toBe('96.9%')
  expect(formatShare(0)).toBe('0%')
})

test('numbers are grouped, beyond 2^53 too', () => {
  expect(formatCount(14_018_019)).toBe('14,018,019')
  expect(formatCount(2n ** 64n)).toBe('18,446,744,073,709,551,616')
})

test('delays read to a tenth of a second, latencies to a millisecond', () => {
  expect([1_449, 60_000, -3].map(formatDelay)).toEqual(['1.4 s', '1 min', '0.0 s'])
  expect([undefined, 0.2, 33.6].map(formatLatency)).toEqual(['–', '< 1 ms', '34 ms'])
})

test('only what is longer than its shortened form is shortened', () => {
  expect(shorten('0x12345678', 4, 4)).toBe('0x12…5678')
  expect(shorten('0x1234567', 4, 4)).toBe('0x1234567')
})
