// Fails when a page's JavaScript outgrows its budget, or when something meant for Node found its way into it.
import budgets from './budgets.json' with { type: 'json' }
import { measureBundle } from './support/bundle.ts'

// The types of whole states and blocks serve the devnet and tests; the rest is Node's alone.
const unwanted =
  /^src\/(platform\/node|bootnode|devnet|cli)\/|^src\/ssz\/beacon\/beacon-(state|block-body|operations)|^__vite-browser-external|^node_modules\/(buffer|process)\//

const { firstHeadKb, allKb, chunks } = await measureBundle()
for (const chunk of chunks) {
  console.log(`${(chunk.gzipBytes / 1000).toFixed(1)} KB gzip  ${chunk.name}${chunk.initial ? '' : ' (when needed)'}`)
}
const problems = [
  ...chunks.flatMap(({ name, sources }) => sources.filter((id) => unwanted.test(id)).map((id) => `${name} has ${id}`)),
  ...(firstHeadKb > budgets.firstHeadKb ? [`${firstHeadKb} KB up to the first verified head`] : []),
  ...(allKb > budgets.allKb ? [`${allKb} KB in all`] : []),
]
console.log(`up to the first verified head: ${firstHeadKb.toFixed(1)} KB of ${budgets.firstHeadKb}`)
console.log(`in all, without WebRTC: ${allKb.toFixed(1)} KB of ${budgets.allKb}`)
for (const problem of problems) console.error(`Over the bundle's budget: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0
