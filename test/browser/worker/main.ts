import type { Harness } from '../harness/harness.ts'
import type { Call, Outcome } from './messages.ts'

// The harness as a page has it, each call of which runs in a worker.
const worker = new Worker(new URL('./harness-worker.ts', import.meta.url), { type: 'module' })
const waiting = new Map<number, PromiseWithResolvers<unknown>>()

worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => {
  const call = waiting.get(data.id)
  waiting.delete(data.id)
  if ('error' in data) call?.reject(new Error(data.error))
  else call?.resolve(data.value)
})
worker.addEventListener('error', ({ message }) => console.error(`The worker: ${message}`))

function inWorker<M extends keyof Harness>(method: M): Harness[M] {
  const call = (...args: unknown[]): Promise<unknown> => {
    const outcome = Promise.withResolvers<unknown>()
    const id = waiting.size === 0 ? 0 : Math.max(...waiting.keys()) + 1
    waiting.set(id, outcome)
    worker.postMessage({ id, method, args } satisfies Call)
    return outcome.promise
  }
  return call as Harness[M]
}

globalThis.lamparaHarness = {
  follow: inWorker('follow'),
  conformance: inWorker('conformance'),
  transport: inWorker('transport'),
  meet: inWorker('meet'),
  met: inWorker('met'),
}
