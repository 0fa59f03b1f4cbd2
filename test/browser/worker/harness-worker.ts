import { harness } from '../harness/main.ts'
import type { Call, Outcome } from './messages.ts'

async function run({ method, args }: Call): Promise<unknown> {
  const call = harness[method] as (...args: readonly unknown[]) => Promise<unknown>
  return call(...args)
}

addEventListener('message', async ({ data }: MessageEvent<Call>) => {
  const { id } = data
  const outcome: Outcome = await run(data).then(
    (value) => ({ id, value }),
    (error: unknown) => ({ id, error: String(error) }),
  )
  postMessage(outcome)
})
