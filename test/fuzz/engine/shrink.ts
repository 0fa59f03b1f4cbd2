import { spliced } from './mutate.ts'

const MAX_ATTEMPTS = 3_000

/** Makes a failing input shorter, and then simpler, for as long as it keeps failing. */
export async function shrink(input: Uint8Array, fails: (input: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  let best = input
  let attempts = 0

  async function attempt(candidate: Uint8Array): Promise<boolean> {
    if (++attempts > MAX_ATTEMPTS || !(await fails(candidate))) return false
    best = candidate
    return true
  }

  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length; ) {
      if (!(await attempt(spliced(best, at, Math.min(best.length, at + size), new Uint8Array(0))))) at += size
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0) continue
    const simpler = best.slice()
    simpler[at] = 0
    await attempt(simpler)
  }
  return best
}
