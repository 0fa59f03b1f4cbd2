import { readFile } from 'node:fs/promises'
import type { BootnodeFacts } from '../facts.ts'
import type { Bootnode, BootnodeOptions } from '../types.ts'
import { bootnodeFamilies } from './bootnode-families.ts'
import { type MetricsSide, serveMetrics } from './serve-metrics.ts'

/** Serves a bootnode's metrics, where the options say so. @throws LamparaError as `serveMetrics()` */
export async function openMetrics(
  bootnode: Bootnode,
  facts: BootnodeFacts,
  { metrics, signal }: Pick<BootnodeOptions, 'metrics' | 'signal'>,
): Promise<MetricsSide | undefined> {
  if (metrics === undefined) return undefined
  const version = await ownVersion()
  return serveMetrics(() => bootnodeFamilies(bootnode, facts, version), metrics, signal)
}

async function ownVersion(): Promise<string> {
  // Beside both src and dist.
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
