import { LamparaError, messageOf } from '../../../errors/index.ts'

/**
 * Loads the optional package for discv5. Bundlers are told to leave it alone: where it is not installed they would fail.
 *
 * @throws LamparaError `runtime_unsupported` where it is not installed, with the command that installs it
 */
export async function loadDiscv5() {
  try {
    const [{ Discv5 }, { decodePacket, encodePacket, MAX_PACKET_SIZE }, { getSocketAddressOnENR }] = await Promise.all([
      import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/discv5'),
      import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/discv5/packet'),
      import(/* webpackIgnore: true */ /* turbopackIgnore: true */ '@chainsafe/discv5/util'),
    ])
    return { Discv5, decodePacket, encodePacket, MAX_PACKET_SIZE, getSocketAddressOnENR }
  } catch (cause) {
    const advice = 'install the optional package @chainsafe/discv5 (npm install @chainsafe/discv5), or name bootnodes'
    throw new LamparaError('runtime_unsupported', `Cannot start discv5: ${messageOf(cause)}; ${advice}`, { cause })
  }
}

/** The parts of the package for discv5 that are used here. */
export type Discv5Library = Awaited<ReturnType<typeof loadDiscv5>>
