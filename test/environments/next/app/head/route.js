// A head that was verified on the server.
import { createLightClient, fetchJoinDocument } from 'lampara'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  const { chain, bootnodes, checkpoint } = await fetchJoinDocument(new URL(request.url).searchParams.get('join'))
  const client = await createLightClient({ chain, bootnodes, checkpoint })
  try {
    const { slot } = await client.ready({ signal: AbortSignal.timeout(30_000) })
    return Response.json({ slot })
  } finally {
    await client.stop()
  }
}
