import { createBootstrapList } from '../../../src/discovery/bootstrap-list/index.ts'
import type { Candidate } from '../../../src/platform/candidate-source.ts'
import { bootstrapRecords } from '../../../src/platform/node/discv5/bootstrap-records.ts'
import { systemClock } from '../../../src/streams/clock.ts'
import { insist, type Target } from '../engine/target.ts'

const peer = '/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'
const text = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'))

/** A bootstrap list, whose names all have the list's own lines as their TXT records. */
export function bootstrapList(): Target {
  const [first, second] = bootstrapRecords('mainnet')
  return {
    seeds: [
      text(`- ${first} # a comment`, `- "${second}"`),
      text(`/dns4/relay.example/tcp/443/tls/ws${peer}`, `/ip4/10.0.0.1/tcp/9000${peer}`, 'enr:nonsense'),
      text('/dnsaddr/a.org', 'dnsaddr=/dnsaddr/b.org', `dnsaddr=/ip4/10.0.0.1/tcp/9000${peer}`, 'v=spf1 -all'),
      text(`/dnsaddr/a.org${peer}`, `dnsaddr=/dnsaddr/b.org${peer}`, `dnsaddr=/ip6/::1/tcp/1${peer}`),
      text('/dnsaddr/fails.org', '/dnsaddr/a.org'),
    ],
    wordsCount: false,
    codes: ['bootnodes_missing', 'bootnodes_unreachable'],
    tokens: ['/dnsaddr/', 'dnsaddr=', peer, 'enr:', '\n', ' #', '/ip4/10.0.0.1/tcp/1', 'fails'],
    async run(input) {
      const list = new TextDecoder().decode(input)
      let lookups = 0
      let skipped = 0
      const source = createBootstrapList(list, {
        clock: systemClock,
        onSkipped: () => void skipped++,
        async resolveTxt(name) {
          lookups++
          if (name.includes('fails')) throw new Error('SERVFAIL')
          return list.split('\n')
        },
      })
      const candidates: Candidate[] = []
      const { signal } = new AbortController()
      for await (const candidate of source.candidates({ signal })) candidates.push(candidate)
      const names = list.split('/dnsaddr/').length - 1
      insist(lookups <= 16 * names, 'looks more names up than it may')
      for (const { addresses } of candidates) insist(addresses.length > 0, 'reports a peer without an address')
      return `${Math.min(2, candidates.length)} ${Math.min(2, skipped)} ${Math.min(3, lookups)}`
    },
  }
}
