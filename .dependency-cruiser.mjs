// Which way imports point: the layers of ARCHITECTURE.md, written as rules. `npm run layers` checks both branches of
// `#platform` by running this twice, each time with the tsconfig that resolves it to that branch.

const layers = [
  ['src/cli', 'src/bootnode', 'src/devnet', 'demo'],
  ['src/index[.]ts', 'src/webrtc'],
  ['src/light-client'],
  ['src/network'],
  ['src/peers', 'src/discovery', 'src/gossip', 'src/reqresp', 'src/tunnel', 'src/webtransport'],
  ['src/wire', 'src/ssz', 'src/chain'],
  ['src/streams', 'src/errors', 'src/hash', 'src/limits', 'src/platform'],
]
const [programs, , , , behaviours] = layers

/** @param {string[]} folders */
const within = (folders) => `^(${folders.join('|')})(/|$)`

const contracts =
  '^src/platform/(platform|bls|storage|storage-timeout|persisted-value|candidate-source|transports)[.]ts$'
const platformBranches = '^src/platform/(node|browser)/'
const viaAlias = ['aliased', 'aliased-tsconfig', 'aliased-tsconfig-paths', 'aliased-subpath-import']
const nodeOnly = within(['src/platform/node', 'src/bootnode', 'src/devnet', 'src/cli'])

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layers.slice(1).map((folders, index) => ({
      name: `down-only: ${folders.join(', ').replaceAll('[.]', '.')}`,
      comment: 'Imports point down; what a lower layer needs from a higher one is handed in.',
      severity: 'error',
      from: { path: within(folders) },
      to: { path: within(layers.slice(0, index + 1).flat()) },
    })),
    ...behaviours.map((folder) => ({
      name: `behaviours-apart: ${folder}`,
      comment: 'Behaviours never import each other; one that needs another gets it by injection.',
      severity: 'error',
      from: { path: within([folder]) },
      to: { path: within(behaviours.filter((other) => other !== folder)) },
    })),
    ...programs.map((folder) => ({
      name: `programs-apart: ${folder}`,
      comment: 'Programs stand alone, save the command line, which starts the others.',
      severity: 'error',
      from: { path: within([folder]) },
      to: {
        path: within(programs.filter((other) => other !== folder)),
        pathNot: folder === 'src/cli' ? within(['src/bootnode', 'src/devnet']) : '^$',
      },
    })),
    {
      name: 'no-circular',
      comment: 'A cycle, through types too, means that two files are one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'verification-pure',
      comment: 'Verification is a function of store, message and clock: it knows neither the driver nor the network.',
      severity: 'error',
      from: { path: '^src/light-client/verification/' },
      to: { path: '^src/', pathNot: within(['src/light-client/verification', ...layers.slice(5).flat()]) },
    },
    {
      name: 'platform-by-alias',
      comment: 'Neutral code reaches a platform through #platform only, so that bundlers can choose.',
      severity: 'error',
      from: { pathNot: [within(['src/platform']), nodeOnly] },
      to: { path: platformBranches, dependencyTypesNot: viaAlias },
    },
    {
      name: 'platform-value-from-above',
      comment:
        'Only the network, the light client and programs take the platform; others get what they need of it handed in.',
      severity: 'error',
      from: { path: within(layers.slice(4).flat()), pathNot: platformBranches },
      to: { path: platformBranches },
    },
    {
      name: 'platform-contracts-are-types',
      comment: 'The contracts can be named from anywhere; whatever else lies in platform/ belongs to its branches.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/' },
      to: { path: '^src/platform/', pathNot: [contracts, platformBranches] },
    },
    {
      name: 'platforms-apart: browser',
      severity: 'error',
      from: { path: '^src/platform/browser/' },
      to: { path: '^src/platform/node/' },
    },
    {
      name: 'platforms-apart: node',
      severity: 'error',
      from: { path: '^src/platform/node/' },
      to: { path: '^src/platform/browser/' },
    },
    {
      name: 'node-only-at-the-edge',
      comment: 'Everything else also runs in a browser.',
      severity: 'error',
      from: { path: '^(src|demo)/', pathNot: nodeOnly },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'source-ships-alone',
      comment: 'What ships cannot rest on tests, benches, scripts or built output.',
      severity: 'error',
      from: { path: '^(src|demo)/' },
      to: { path: '^(test|bench|scripts|dist)/' },
    },
    {
      name: 'dependencies-declared',
      comment: 'What ships imports what package.json lists for its users.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(src|demo)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^(node_modules|dist)/' },
    // Type-only imports bind layers as values do.
    tsPreCompilationDeps: true,
    parser: 'tsc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
    exoticRequireStrings: [],
  },
}
