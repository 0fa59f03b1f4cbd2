import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export const MIB = 1024 * 1024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Frees what nobody holds. */
export async function collectGarbage(): Promise<void> {
  // What the first collection finalizes, the second one frees.
  collect()
  await setTimeout(0)
  collect()
}

/** Bytes that this process holds once garbage is gone: of the heap, and of buffers outside it. */
export async function heldBytes(): Promise<number> {
  await collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}
