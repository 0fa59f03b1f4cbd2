// What instrumented modules call as they run. Kept flat and small: it is called millions of times a second.

const MAX_PLACES = 1 << 17

const counts = new Uint32Array(MAX_PLACES)
const touched = new Uint32Array(MAX_PLACES)
let touchedCount = 0
let placed = 0
let largest = 0

/** Makes room for a module's places. @returns the number of its first */
export function places(count: number): number {
  placed += count
  if (placed > MAX_PLACES) throw new Error(`Cannot follow more than ${MAX_PLACES} places`)
  return placed - count
}

/** A place was passed. */
export function pass(place: number): void {
  if (counts[place]!++ === 0) touched[touchedCount++] = place
}

/** Something is about to be allocated. */
export function allocate<T>(size: T): T {
  if (typeof size === 'number' && size > largest) largest = size
  return size
}

/** What one input did. */
export interface Trace {
  /** True when a place was passed for the first time, or a number of times of another order than before. */
  readonly isNew: boolean
  /** How many places were passed, repetitions included: the work done, whatever the machine. */
  readonly steps: number
  /** The longest array that was asked for. */
  readonly largestAllocation: number
}

/** Remembers what a campaign has seen. */
export class Coverage {
  readonly #seen = new Uint8Array(MAX_PLACES)
  #places = 0

  /** How many places have been passed. */
  get places(): number {
    return this.#places
  }

  /** Forgets what was passed since the last trace was taken. */
  begin(): void {
    this.take(false)
  }

  /** Tells what was passed since `begin()`. */
  take(remember = true): Trace {
    let isNew = false
    let steps = 0
    for (let i = 0; i < touchedCount; i++) {
      const place = touched[i]!
      const count = counts[place]!
      counts[place] = 0
      steps += count
      const bit = 1 << orderOf(count)
      if (!remember || (this.#seen[place]! & bit) !== 0) continue
      if (this.#seen[place] === 0) this.#places++
      this.#seen[place]! |= bit
      isNew = true
    }
    const trace = { isNew, steps, largestAllocation: largest }
    touchedCount = 0
    largest = 0
    return trace
  }
}

/** 1, 2, 3, up to 7, 15, 31, 127, and more. */
function orderOf(count: number): number {
  if (count < 4) return count - 1
  if (count < 8) return 3
  if (count < 16) return 4
  if (count < 32) return 5
  return count < 128 ? 6 : 7
}
