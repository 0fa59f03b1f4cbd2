import { platform } from '#platform'
import {
  type BootstrapList,
  type BootstrapListOptions,
  createBootstrapList,
} from '../discovery/bootstrap-list/index.ts'
import { systemClock } from '../streams/clock.ts'

/**
 * Reads a list of peers to begin with, one of `createNetwork()`'s `peerSources`. An entry is a multiaddr with `/p2p/…`, a node record
 * (`enr:…`), or a name to look up, `/dnsaddr/…`, which may name peers and further names: at most 16 names, four deep, 128
 * addresses. Names are looked up when candidates are asked for, and again after ten minutes.
 *
 * What cannot be used is passed over, and `onSkipped` is told why: `address_invalid`, `enr_invalid`, `bootnodes_unreachable`
 * for a name that cannot be resolved, `runtime_unsupported` for one where there is no DNS, `irrelevant_network` for a record whose
 * fork digest `chain` has at none of its forks: past ones pass, since what a list has of a node may be old.
 *
 * @param list - entries, or a text with one a line, as YAML (as networks publish their `bootstrap_nodes.yaml`) or as JSON
 * @throws LamparaError `bootnodes_missing` where no entry can be used; `invalid_argument` for more than 1,024 entries, or 1 MiB
 */
export function bootstrapList(list: string | readonly string[], options: BootstrapListOptions = {}): BootstrapList {
  const { resolveTxt } = platform
  return createBootstrapList(list, {
    clock: systemClock,
    ...(resolveTxt === undefined ? {} : { resolveTxt }),
    ...options,
  })
}
