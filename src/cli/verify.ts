import { createCommitteeVerifier } from '../light-client/verification/index.ts'
import { platform } from '../platform/node/index.ts'
import { exitStatus } from './exit-status.ts'
import type { CliIo } from './io.ts'
import { applyObjects } from './verify/apply-objects.ts'
import { collectFiles } from './verify/collect-files.ts'
import { parseVerifyOptions, verifyHelp } from './verify/options.ts'
import { readObjects } from './verify/read-objects.ts'
import { humanReport, jsonReport } from './verify/report.ts'

/**
 * `lampara verify`: checks light-client files offline.
 *
 * @returns 0; 1 when anything was rejected; 2 when nothing could be read, or there is no bootstrap to judge the rest from
 * @throws LamparaError `invalid_argument`, `config_incomplete`, `config_invalid`
 */
export async function run(argv: string[], io: CliIo): Promise<number> {
  const options = await parseVerifyOptions(argv)
  if (options === 'help') {
    io.stdout(verifyHelp)
    return exitStatus.ok
  }
  const { chain, checkpoint, paths, json } = options
  const [bls] = await Promise.all([platform.loadBls(), platform.useFastHasher()])
  const read = await readObjects(chain, await collectFiles(paths), io.signal)
  const context = { chain, committees: createCommitteeVerifier(bls) }
  const outcome = await applyObjects(context, checkpoint, read, io.signal)
  io.stdout(json ? jsonReport(outcome) : humanReport(chain, outcome, io.isTty))
  const nothingRead = read.every((entry) => 'error' in entry)
  if (!nothingRead && outcome.rejected.length > 0) return exitStatus.failure
  return outcome.store === undefined ? exitStatus.usage : exitStatus.ok
}
