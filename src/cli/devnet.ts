import { createDevnet } from '../devnet/index.ts'
import { devnetHelp, parseDevnetOptions } from './devnet/options.ts'
import { eventLine, startLines } from './devnet/report.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'

/**
 * `lampara devnet`: runs a beacon chain of one's own, or a recorded one, until it is interrupted.
 *
 * @returns 0 when interrupted
 * @throws LamparaError `invalid_argument`; as `createDevnet()`
 */
export async function run(argv: string[], io: CliIo): Promise<number> {
  const options = await parseDevnetOptions(argv)
  if (options === 'help') {
    io.stdout(devnetHelp)
    return exitStatus.ok
  }
  const { json } = options
  const devnet = await createDevnet({ ...options.devnet, signal: io.signal })
  try {
    const events = devnet.events()
    for (const line of startLines(devnet, json)) io.stdout(line)
    // Ends when the devnet does, which the signal sees to.
    for await (const event of events) {
      const line = eventLine(devnet, event, json)
      if (line !== undefined) io.stdout(line)
    }
    return exitStatus.ok
  } finally {
    await devnet.stop()
  }
}
