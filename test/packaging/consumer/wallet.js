// A wallet: the same lines in Node and in a page.
import { createLightClient, fetchJoinDocument } from 'lampara'

export async function firstHead(join) {
  const { chain, bootnodes, checkpoint } = await fetchJoinDocument(join)
  const client = await createLightClient({ chain, bootnodes, checkpoint })
  try {
    const { kind, slot, root } = await client.ready({ signal: AbortSignal.timeout(60_000) })
    return { kind, slot, root }
  } finally {
    await client.stop()
  }
}
