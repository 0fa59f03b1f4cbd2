// A head that was verified on the server.
import { createLightClient } from 'lampara'

export const dynamic = 'force-dynamic'

export async function GET(request) {
  const client = await createLightClient({ join: new URL(request.url).searchParams.get('join') })
  try {
    const { slot } = await client.ready({ signal: AbortSignal.timeout(30_000) })
    return Response.json({ slot })
  } finally {
    await client.stop()
  }
}
