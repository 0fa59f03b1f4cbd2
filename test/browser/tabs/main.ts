import { createSharedLightClient, type Head, type HeadGap, type Hex, type SharedLightClient } from 'lampara'

/** What a tab was told, in order. Plain data: it crosses from a page into Node. */
export type Told =
  | { readonly slot: number; readonly root: Hex; readonly parentRoot: Hex }
  | { readonly fromSlot: number; readonly toSlot: number }

/** What a test calls in each tab. */
export interface TabHarness {
  start(options: { readonly join: string; readonly bootnodes: readonly string[] }): Promise<void>
  /** What it was told so far, what it is to the others, and what state it says. */
  look(): { readonly told: readonly Told[]; readonly role: string; readonly state: string }
  /** Has whoever leads look at its connections. */
  check(): Promise<void>
  stop(): Promise<void>
}

declare global {
  var lamparaTab: TabHarness
}

const told: Told[] = []
let client: SharedLightClient | undefined

async function listen(heads: AsyncIterable<Head | HeadGap>): Promise<void> {
  for await (const head of heads) {
    if (head.kind === 'gap') told.push({ fromSlot: head.fromSlot, toSlot: head.toSlot })
    else told.push({ slot: head.slot, root: head.root, parentRoot: head.parentRoot })
  }
}

globalThis.lamparaTab = {
  async start(options) {
    client = await createSharedLightClient(options)
    listen(client.heads({ gaps: true })).catch((error) => console.error(error))
  },
  look: () => ({ told: [...told], role: client?.role ?? 'none', state: client?.status.state ?? 'none' }),
  check: async () => client?.check(),
  stop: async () => client?.stop(),
}
