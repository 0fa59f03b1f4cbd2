// A wallet: the same lines in Node and in a page.
import { createLightClient } from 'lampara'

export async function firstHead(join) {
  const client = await createLightClient({ join })
  try {
    const { kind, slot, root } = await client.ready({ signal: AbortSignal.timeout(60_000) })
    return { kind, slot, root }
  } finally {
    await client.stop()
  }
}
