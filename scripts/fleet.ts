// `npm run test:fleet`: the fleet of bootnodes at its full size: 300 clients, and a minute of Prometheus.
import { run } from './support/run.ts'

const { status } = await run('vitest', ['run', 'test/deploy/fleet.test.ts'], {
  show: true,
  timeoutMs: 1_200_000,
  env: { LAMPARA_FLEET_CLIENTS: process.argv[2] ?? '300', LAMPARA_FLEET_SCRAPE_SECONDS: '60' },
})
process.exitCode = status
