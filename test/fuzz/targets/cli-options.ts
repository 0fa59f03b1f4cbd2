import { stringify } from 'yaml'
import { chainToConfig, mainnet } from '../../../src/chain/index.ts'
import { minimal } from '../../kit/fuzz/chains.ts'
import { setFileContent, withoutFiles } from '../../kit/fuzz/no-files.ts'
import { insist, type Target } from '../engine/target.ts'

const root = `0x${'ab'.repeat(32)}`
const peer = '/ip4/10.0.0.1/tcp/4001/ws/p2p/16Uiu2HAmPLe7Mzm8TsYUubgCAW1aJoeFScxrLj8ppHFivPo97bUZ'

/**
 * The command lines of all commands, and the YAML that `--chain` may name: a command and its arguments, a line each, then after an
 * empty line the file.
 */
export async function cliOptions(): Promise<Target> {
  withoutFiles()
  const { signal } = new AbortController()
  const [verify, follow, peers, bootnode, devnet, enr] = await Promise.all([
    import('../../../src/cli/verify/options.ts'),
    import('../../../src/cli/follow/options.ts'),
    import('../../../src/cli/peers/options.ts'),
    import('../../../src/cli/bootnode/options.ts'),
    import('../../../src/cli/devnet/options.ts'),
    import('../../../src/cli/enr/options.ts'),
  ])
  const parsers: Readonly<Record<string, (argv: readonly string[]) => Promise<unknown>>> = {
    verify: (argv) => verify.parseVerifyOptions(argv),
    follow: (argv) => follow.parseFollowOptions(argv, signal, () => {}),
    peers: (argv) => peers.parsePeersOptions(argv, signal, () => {}),
    bootnode: (argv) => bootnode.parseBootnodeOptions(argv, signal, () => {}),
    devnet: (argv) => devnet.parseDevnetOptions(argv),
    enr: (argv) => enr.parseEnrOptions(argv),
  }
  const yaml = (chain: typeof mainnet): string => stringify(chainToConfig(chain))
  const lines: readonly (readonly [readonly string[], string])[] = [
    [['verify', 'folder', '--checkpoint', root, '--json'], ''],
    [
      ['verify', 'file', `--checkpoint=${root}`, '--chain', 'c.yaml', '--genesis-root', root, '--genesis-time', '5'],
      yaml(minimal),
    ],
    [
      ['follow', '--peer', peer, '--checkpoint', root, '--heads', '3', '--min-participation', '0.5', '--kind', 'both'],
      '',
    ],
    [['follow', '--bootnode', peer, '--checkpoint-provider', 'http://127.0.0.1:1', '--max-checkpoint-age', '14'], ''],
    [['follow', '--list', 'list', '--checkpoint', root, '--discv5-listen', '/ip4/127.0.0.1/udp/0'], `- ${peer}`],
    [['follow', '--join', 'http://127.0.0.1:1', '--chain', 'hoodi'], ''],
    [['bootnode', '--upstream', peer, '--checkpoint', root, '--port', '0', '--max-clients', '5', '--host', '::1'], ''],
    [['bootnode', '--list', 'list', '--checkpoint', root, '--discv5-listen', '/ip4/127.0.0.1/udp/0'], `- ${peer}`],
    [
      [
        'devnet',
        '--preset',
        'minimal',
        '--slot-ms',
        '1000',
        '--forks',
        'altair:0,deneb:2',
        '--blobs',
        '3:9',
        '--missed',
        '0.1',
      ],
      '',
    ],
    [['devnet', '--replay', 'folder', '--chain', 'c.yaml', '--genesis-root', root], yaml(mainnet)],
    [['enr', 'make', '--key', 'file', '--ip', '1.2.3.4', '--tcp', '9000', '--udp', '9000', '--seq', '7'], ''],
    [['peers', '--peer', peer, '--enr', 'enr:-abc', '--target', '20', '--for', '60', '--chain', 'sepolia'], ''],
    [['enr', 'verify', 'enr:-abc', '--chain', 'mainnet'], ''],
  ]
  return {
    seeds: lines.map(([argv, file]) => new TextEncoder().encode(`${argv.join('\n')}\n\n${file}`)),
    wordsCount: false,
    codes: ['invalid_argument', 'bootnodes_unreachable', 'address_invalid'],
    maxInputBytes: 8_192,
    tokens: [
      ...[
        '\n--',
        '\n-h',
        '\n--json',
        '\n--chain\nc',
        '\n--no-json',
        '=',
        '\n\n',
        '\n',
        ',',
        ':',
        '\n--forks\n',
        '\n--blobs\n',
      ],
      ...[
        '1e3',
        '0x1',
        '-1',
        '9007199254740993',
        '99999999999999999999',
        '.5',
        '&a ',
        '*a',
        '!!binary ',
        '<<: ',
        '- ',
        '? ',
        '{',
        '[',
      ],
    ],
    async run(input) {
      const text = new TextDecoder().decode(input)
      const end = text.indexOf('\n\n')
      const [command = '', ...argv] = (end < 0 ? text : text.slice(0, end)).split('\n')
      setFileContent(end < 0 ? '' : text.slice(end + 2))
      const parse = Object.hasOwn(parsers, command) ? parsers[command]! : parsers.verify!
      const options = await parse(argv)
      insist(options === 'help' || typeof options === 'object', 'gives no options')
      return `${parse.name} ${options === 'help' ? options : 'options'}`
    },
  }
}
